/* The whole program: a live view, or one report. */
/* SPDX-License-Identifier: MIT */
#ifndef RT_PROGRAM_H
#define RT_PROGRAM_H

/** main() of retrytop, for tests to call; returns an exit code. */
int rt_main(int argc, char **argv);

#endif
