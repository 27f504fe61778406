/* Profiles: a host's or VM's own keys win over its profile's.
 *
 * Merged by the key tables: a field that the host or VM does not have is copied with its span, so
 * a finding about it points at the profile's line. Lists and maps replace, but for a host's maps
 * that its table marks as merged key by key. */
#ifndef GPUPLAN_PROFILES_H
#define GPUPLAN_PROFILES_H

#include "compiler/finding/finding.h"
#include "compiler/model/spec.h"

/* Also reports profiles that are not there, and required keys that neither has. */
void merge_profiles(struct spec *spec, struct findings *findings);

#endif
