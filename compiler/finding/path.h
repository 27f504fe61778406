/* Paths into a plan: `vms.train-1.gpus[0].vgpu`, a name with a dot quoted: `vms["a.b"].memory`.
 *
 * Nothing on the way from bytes to findings carries a path. It is looked up when a finding is to
 * be shown with one, by reading the nodes of each file that has findings once more. */
#ifndef GPUPLAN_PATH_H
#define GPUPLAN_PATH_H

#include "compiler/finding/finding.h"

/* Fills in finding.path; the findings are sorted (findings_finish). */
void paths_of_findings(struct findings *findings, const struct sources *sources);

#endif
