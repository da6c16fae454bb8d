/* The words of the log, in enum order, each list ending in NULL. */
#ifndef BO_NAMES_H
#define BO_NAMES_H

extern const char *const bo_outcome_names[];
extern const char *const bo_class_names[];
extern const char *const bo_stop_names[];

#endif
