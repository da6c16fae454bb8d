/* retrysim: what another retry policy would have done. */
#include "config.h"

#include "retrysim/commands.h"

int
main(int argc, char **argv)
{
	return rs_main(argc, argv);
}
