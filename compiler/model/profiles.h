/* Profiles: the keys of a host or VM take precedence over those of its profile.
 *
 * Keys that the host or VM lacks are copied with their spans, so that findings point at the
 * profile's line. Lists and maps are replaced as a whole, except maps that the key table marks as
 * merged key by key. */
#ifndef GPUPLAN_PROFILES_H
#define GPUPLAN_PROFILES_H

#include "compiler/finding/finding.h"
#include "compiler/model/spec.h"

/* Also reports missing profiles, and required keys that are in neither. */
void merge_profiles(struct spec *spec, struct findings *findings);

#endif
