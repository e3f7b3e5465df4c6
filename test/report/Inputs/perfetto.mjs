// perfetto.mjs FOLDER TRACE - loads a trace into Perfetto's own trace processor, as ui.perfetto.dev does, and says what it
// found there.
//
// FOLDER holds Perfetto's engine as its page has it: engine_bundle.js and trace_processor*.wasm (`tools/bootstrap --browser`
// fetches them). The bundle is made for a browser's worker, so it is run in a context that has what a worker has and nothing
// of Node's. It takes and gives the messages of trace_processor.proto: a request is appended trace data, the end of it, or a
// query; an answer to a query comes as batches of cells.
//
// Perfetto drops what it cannot use, and counts that: each count that is an error or a loss is one line. What it kept must be what
// is in the file: complete events as slices of threads with their lengths, pairs as asynchronous slices, counters, names. The exit
// status says whether all is so.
import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

const [folder, trace] = process.argv.slice(2);
const kAppend = 1, kFinalize = 2, kQuery = 3;  // TraceProcessorRpc.TraceProcessorMethod

// The wire format of protocol buffers, as far as these messages need it.
function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 | 128);
  return Buffer.from([...bytes, value]);
}
const number = (field, value) => Buffer.concat([varint(field * 8), varint(value)]);
const bytes = (field, value) => Buffer.concat([varint(field * 8 + 2), varint(value.length), value]);

function readVarint(buffer, at) {
  let value = 0n, shift = 0n, byte;
  do {
    byte = buffer[at++];
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
  } while (byte > 127);
  return [Number(BigInt.asIntN(64, value)), at];
}
function* fieldsOf(buffer) {
  for (let at = 0; at < buffer.length;) {
    let key, value;
    [key, at] = readVarint(buffer, at);
    if (key % 8 === 0) {
      [value, at] = readVarint(buffer, at);
    } else {
      let length = key % 8 === 1 ? 8 : 4;
      if (key % 8 === 2) [length, at] = readVarint(buffer, at);
      value = buffer.subarray(at, at += length);
    }
    yield [key >> 3, value];
  }
}
function* numbersIn(packed) {
  for (let at = 0, value; at < packed.length;) {
    [value, at] = readVarint(packed, at);
    yield value;
  }
}

// QueryResult: rows as objects. A batch has its cells' types in order, and the values of each type apart.
function takeResult(message, result) {
  for (const [field, value] of fieldsOf(message)) {
    if (field === 1) result.columns.push(value.toString());
    if (field === 2 && value.length) throw new Error(value.toString());
    if (field !== 3) continue;
    let types = [], integers = [], reals = [], strings = [];
    for (const [part, content] of fieldsOf(value)) {
      if (part === 1) types = [...numbersIn(content)];
      if (part === 2) integers = [...numbersIn(content)];
      if (part === 3) for (let at = 0; at < content.length; at += 8) reals.push(content.readDoubleLE(at));
      if (part === 5) strings = content.toString().split('\0');
      if (part === 6) result.isWhole = !!content;
    }
    for (const type of types) result.cells.push([null, null, integers, reals, strings][type]?.shift() ?? null);
  }
}

class Engine {
  constructor() {
    this.answers = [];
    const port = { postMessage: data => this.take(Buffer.from(data)) };
    const say = text => this.said.push(text);
    const scope = { console: { log() {}, info() {}, debug() {}, warn: say, error: say }, location: { href: 'https://engine/' },
                    importScripts() {}, WorkerGlobalScope: function () {},
                    TextDecoder, TextEncoder, URL, performance, setTimeout, clearTimeout, setInterval, clearInterval };
    this.said = [];
    scope.self = scope;
    this.context = vm.createContext(scope);
    const load = name => this.inContext(fs.readFileSync(path.join(folder, path.basename(name))));
    scope.XMLHttpRequest = class {
      open(method, url) { this.url = url; }
      send() { this.response = load(this.url); }
    };
    vm.runInContext(fs.readFileSync(path.join(folder, 'engine_bundle.js'), 'utf8'), this.context);
    scope.onmessage({ data: port });
    this.port = port;
  }
  // The bundle asks what class its data are of, and the context has classes of its own.
  inContext(buffer) {
    const copy = vm.runInContext(`new Uint8Array(${buffer.length})`, this.context);
    copy.set(buffer);
    return copy.buffer;
  }
  take(stream) {
    for (const [, message] of fieldsOf(stream)) this.answers.push(message);
  }
  ask(method, ...more) {
    const message = Buffer.concat([number(1, this.number = (this.number ?? 0) + 1), number(2, method), ...more]);
    this.answers = [];
    const request = vm.runInContext('data => new Uint8Array(data)', this.context)(this.inContext(bytes(1, message)));
    this.port.onmessage({ data: request });
    for (const answer of this.answers)
      for (const [field, value] of fieldsOf(answer)) {
        if (field === 5) throw new Error(value.toString());
        if (field === 201 || field === 212)
          for (const [part, text] of fieldsOf(value)) if (Buffer.isBuffer(text) && text.length) throw new Error(text.toString());
      }
    return this.answers;
  }
  // The bundle sets itself up in promises of its own, and what comes before that is lost.
  async isReady() {
    await new Promise(done => setTimeout(done, 100));
    if (this.query('select 1 as one')[0].one !== 1) throw new Error(`the trace processor does not start: ${this.said.join('; ')}`);
  }
  query(sql) {
    const result = { columns: [], cells: [], isWhole: false };
    for (const answer of this.ask(kQuery, bytes(103, bytes(1, Buffer.from(sql)))))
      for (const [field, value] of fieldsOf(answer)) if (field === 203) takeResult(value, result);
    if (!result.isWhole) throw new Error(`no whole answer to ${sql}`);
    const rows = [];
    for (let at = 0; at < result.cells.length; at += result.columns.length)
      rows.push(Object.fromEntries(result.columns.map((name, i) => [name, result.cells[at + i]])));
    return rows;
  }
}

// What the file holds, by the format's own words.
function countEvents(events) {
  const of = phase => events.filter(event => event.ph === phase);
  const lengths = of('X').reduce((sum, event) => sum + event.dur, 0);
  const names = of('M').filter(event => event.name === 'thread_name').map(event => event.args.name).sort();
  return { slices: of('X').length, busyNs: Math.round(lengths * 1000), pairs: of('b').length,
           samples: of('C').reduce((sum, event) => sum + Object.keys(event.args).length, 0), threads: names.join(', ') };
}
function countFound(engine) {
  const onThreads = engine.query('select count(*) as n, ifnull(sum(dur), 0) as ns from slice join thread_track on track_id = thread_track.id')[0];
  const others = engine.query('select count(*) as n from slice where track_id not in (select id from thread_track) and dur >= 0')[0];
  const samples = engine.query('select count(*) as n from counter')[0];
  const names = engine.query('select name from thread where name is not null and utid != 0').map(row => row.name).sort();
  return { slices: onThreads.n, busyNs: onThreads.ns, pairs: others.n, samples: samples.n, threads: names.join(', ') };
}

const content = fs.readFileSync(trace);
const findings = [];
const engine = new Engine();
await engine.isReady();
let found = {};
try {
  engine.ask(kAppend, bytes(101, content));
  engine.ask(kFinalize);
  for (const { name, severity, value } of engine.query("select name, severity, value from stats where value != 0 and severity in ('error', 'data_loss')"))
    findings.push(`${severity}: ${name} ${value}`);
  found = countFound(engine);
} catch (error) {
  findings.push(`not taken: ${error.message}`);
}
let expected = {};
try {
  expected = countEvents(JSON.parse(content.toString()).traceEvents);
} catch (error) {
  findings.push(`no JSON: ${error.message}`);
}
for (const [what, count] of Object.entries(expected)) {
  // Perfetto's times are whole nanoseconds; each length may be rounded.
  const isSame = what === 'busyNs' ? Math.abs(count - found[what]) <= expected.slices : count === found[what];
  if (!isSame) findings.push(`${what}: ${count} in the file, ${found[what]} in Perfetto`);
}
for (const finding of findings) console.log(finding);
console.log(`perfetto: ${found.slices} slices of threads, ${found.pairs} asynchronous, ${found.samples} samples of counters, threads: ${found.threads}; ${findings.length} findings`);
process.exit(findings.length ? 1 : 0);
