/* The program retrysim: its table of subcommands. */
/* SPDX-License-Identifier: MIT */
#ifndef RS_COMMANDS_H
#define RS_COMMANDS_H

/** The whole program, for main() and for tests; returns the exit code. */
int rs_main(int argc, char **argv);

#endif
