/* The live view: one thread, one loop. */
#ifndef RT_APP_H
#define RT_APP_H

#include "retrytop/options.h"

/** Runs until it is told to leave; an exit code. */
int rt_app(const struct rt_options *options);

/** The whole program. */
int rt_main(int argc, char **argv);

#endif
