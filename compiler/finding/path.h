/* Paths into a plan: `vms.train-1.gpus[0].vgpu`. A name with a dot is quoted: `vms["a.b"].memory`.
 *
 * Model and plan carry no paths. When a format shows them, they are looked up by parsing each file
 * with findings once more. */
#ifndef GPUPLAN_PATH_H
#define GPUPLAN_PATH_H

#include "compiler/finding/finding.h"

/* Fills in finding.path. The findings must be sorted (findings_finish). */
void paths_of_findings(struct findings *findings, const struct sources *sources);

#endif
