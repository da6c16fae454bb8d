/* Worlds shared between processes, each with its memory. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "score/measure.h"

/* What the processes share. */
struct shared {
	atomic_size_t next;
};

static double
now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Take worlds until none is left, and write their cells. */
static enum backoff_status
work(const struct rs_score_plan *plan, struct shared *shared, FILE *out)
{
	enum backoff_status status = BACKOFF_OK;

	while (status == BACKOFF_OK) {
		size_t world = atomic_fetch_add(&shared->next, 1);
		struct rs_cells cells = {0};
		double begin = now_seconds();

		if (world >= plan->world_count)
			break;
		status = rs_measure(plan, world, &cells);
		if (status == BACKOFF_OK && cells.count > 0 &&
		    fwrite(cells.item, sizeof(*cells.item), cells.count, out) !=
			    cells.count)
			status = BACKOFF_E_IO;
		rs_cells_clear(&cells);
		if (status == BACKOFF_OK && plan->on_world)
			plan->on_world(plan->user, world,
				       now_seconds() - begin);
	}
	if (status == BACKOFF_OK && fflush(out) != 0)
		status = BACKOFF_E_IO;
	return status;
}

static enum backoff_status
read_cells(FILE *file, struct rs_cells *cells)
{
	struct rs_cell cell;

	rewind(file);
	while (fread(&cell, sizeof(cell), 1, file) == 1)
		if (!rs_cells_push(cells, &cell))
			return BACKOFF_E_NOMEM;
	return ferror(file) ? BACKOFF_E_IO : BACKOFF_OK;
}

/* Cells of a world are together and in order; put the worlds in order. */
static int
by_world(const void *left, const void *right)
{
	const struct rs_cell *a = left, *b = right;

	if (a->world != b->world)
		return a->world < b->world ? -1 : 1;
	if (a->seed != b->seed)
		return a->seed < b->seed ? -1 : 1;
	if (a->record != b->record)
		return a->record < b->record ? -1 : 1;
	return (a->policy > b->policy) - (a->policy < b->policy);
}

/* Start the processes; returns their number. */
static uint32_t
start(const struct rs_score_plan *plan, struct shared *shared, FILE **file,
      pid_t *pid)
{
	uint32_t count = 0;

	fflush(NULL);
	for (; count < plan->processes; count++) {
		file[count] = tmpfile();
		if (file[count] == NULL)
			break;
		pid[count] = fork();
		if (pid[count] == 0)
			_exit((int)work(plan, shared, file[count]));
		if (pid[count] < 0) {
			fclose(file[count]);
			break;
		}
	}
	return count;
}

static enum backoff_status
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return BACKOFF_E_IO;
	if (!WIFEXITED(status))
		return BACKOFF_E_NOMEM;
	return (enum backoff_status)WEXITSTATUS(status);
}

enum backoff_status
rs_measure_all(const struct rs_score_plan *plan, struct rs_cells *cells)
{
	struct shared *shared =
		mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	FILE **file = calloc(plan->processes, sizeof(*file));
	pid_t *pid = calloc(plan->processes, sizeof(*pid));
	enum backoff_status status = BACKOFF_E_NOMEM;
	uint32_t count = 0;

	if (shared != MAP_FAILED && file && pid) {
		atomic_init(&shared->next, 0);
		count = start(plan, shared, file, pid);
		status = count > 0 ? BACKOFF_OK : BACKOFF_E_IO;
	}
	for (uint32_t i = 0; i < count; i++) {
		enum backoff_status one = wait_for(pid[i]);

		if (one == BACKOFF_OK)
			one = read_cells(file[i], cells);
		if (status == BACKOFF_OK)
			status = one;
		fclose(file[i]);
	}
	if (cells->count > 0)
		qsort(cells->item, cells->count, sizeof(*cells->item),
		      by_world);
	if (shared != MAP_FAILED)
		munmap(shared, sizeof(*shared));
	free(file);
	free(pid);
	return status;
}
