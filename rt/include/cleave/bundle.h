/* bundle.h - names and numbers of the bundle format, for its writer (linker/Bundle.cpp) and its reader
 * (rt/node/Bundle.cpp). The format itself is described in docs/bundle.md. */
#ifndef CLEAVE_BUNDLE_H
#define CLEAVE_BUNDLE_H

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

#endif
