/* Harnesses for libFuzzer, one file an input: what nobody may be able to break.
 *
 * Each defines LLVMFuzzerTestOneInput. Under clang with -DGPUPLAN_FUZZ=ON they are fuzzers
 * (tests/fuzz/run); in every other build replay.c runs them over files, which is how tests/run
 * tries each input again that once broke something (tests/fuzz/found). */
#ifndef GPUPLAN_FUZZ_H
#define GPUPLAN_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "compiler/session/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A spec that is in memory, judged and settled. To be closed. */
struct gpuplan_session *judged(const uint8_t *data, size_t size);

#endif
