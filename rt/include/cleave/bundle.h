/* bundle.h - names and numbers of the bundle format, for its writer (linker/Bundle.cpp) and its reader
 * (rt/node/Bundle.cpp), and of executables that carry a bundle (linker/Executable.cpp, rt/node/EmbeddedBundle.cpp).
 * Both are described in docs/bundle.md. */
#ifndef CLEAVE_BUNDLE_H
#define CLEAVE_BUNDLE_H

#include <stdint.h>

/* A reader takes this version and no newer one. It is a field of the manifest; the media types below stay as they are,
 * so that an old reader gets as far as reading it. */
#define CLEAVE_BUNDLE_FORMAT 1

#define CLEAVE_OCI_INDEX_TYPE "application/vnd.oci.image.index.v1+json"
#define CLEAVE_OCI_MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define CLEAVE_OCI_CONFIG_TYPE "application/vnd.oci.image.config.v1+json"

/* Layers of the image manifest. */
#define CLEAVE_ROOT_TYPE "application/vnd.cleave.root.v1+elf"
#define CLEAVE_TASK_TYPE "application/vnd.cleave.task.v1+elf"
#define CLEAVE_MANIFEST_TYPE "application/vnd.cleave.manifest.v1+json"
#define CLEAVE_PARTITION_TYPE "application/vnd.cleave.partition.v1+json"

/* Annotations of each layer, for people with other tools: root, task, manifest or partition; and a task's name as in
 * the source, or the kind again. OCI tools show the second as a file's title. */
#define CLEAVE_KIND_ANNOTATION "vnd.cleave.kind"
#define CLEAVE_NAME_ANNOTATION "org.opencontainers.image.title"

/* In an executable the bundle is the content of an ELF section of this name that is not loaded, behind a header. A
 * section and not a tail behind the file's last byte: strip, objcopy and package builders keep it. */
#define CLEAVE_BUNDLE_SECTION ".cleave.bundle"
#define CLEAVE_EMBEDDED_MAGIC "cleave bundle\r\n" /* with its 0, 16 bytes */
#define CLEAVE_EMBEDDED_FORMAT 1

struct cleave_embedded_header {
  char magic[16];
  uint64_t format;
  uint64_t bundle_bytes; /* of the bundle, which follows at once */
  uint8_t sha256[32];    /* of the bundle's bytes */
};

#endif
