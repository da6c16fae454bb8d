/* The event loop, and records that are used again when their call is over. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "replay/kernel.h"

#define BLOCK_RECORDS 64

/* Records are never moved, so that callers and events can point to them. */
struct rs_kernel_block {
	struct rs_kernel_block *next;
	alignas(max_align_t) unsigned char record[];
};

void
rs_kernel_init(struct rs_kernel *kernel, const struct rs_kernel_ops *ops,
	       void *user)
{
	*kernel = (struct rs_kernel){.ops = ops, .user = user};
}

void
rs_kernel_clear(struct rs_kernel *kernel)
{
	while (kernel->block) {
		struct rs_kernel_block *block = kernel->block;

		kernel->block = block->next;
		free(block);
	}
	rs_event_queue_clear(&kernel->queue);
	kernel->free_call = NULL;
}

/* A free record holds the address of the next free one. */
void
rs_kernel_give_back(struct rs_kernel *kernel, void *call)
{
	memcpy(call, &kernel->free_call, sizeof(kernel->free_call));
	kernel->free_call = call;
}

static bool
grow(struct rs_kernel *kernel)
{
	const size_t unit = alignof(max_align_t);
	size_t least = kernel->ops->call_size > sizeof(void *)
			       ? kernel->ops->call_size
			       : sizeof(void *);
	size_t size = (least + unit - 1) / unit * unit;
	struct rs_kernel_block *block =
		malloc(sizeof(*block) + BLOCK_RECORDS * size);

	if (block == NULL)
		return false;
	block->next = kernel->block;
	kernel->block = block;
	for (size_t i = BLOCK_RECORDS; i-- > 0;)
		rs_kernel_give_back(kernel, block->record + i * size);
	return true;
}

void *
rs_kernel_take(struct rs_kernel *kernel)
{
	void *call;

	if (kernel->free_call == NULL && !grow(kernel)) {
		kernel->out_of_memory = true;
		return NULL;
	}
	call = kernel->free_call;
	memcpy(&kernel->free_call, call, sizeof(kernel->free_call));
	return call;
}

void
rs_kernel_schedule(struct rs_kernel *kernel, void *call, uint32_t order,
		   uint64_t at_ns, enum rs_event_kind kind)
{
	const struct rs_event event = {
		.at_ns = at_ns, .kind = kind, .order = order, .call = call};

	if (!rs_event_queue_push(&kernel->queue, &event))
		kernel->out_of_memory = true;
}

static void
pass_event(struct rs_kernel *kernel)
{
	struct rs_event event = rs_event_queue_pop(&kernel->queue);

	switch (event.kind) {
	case RS_EVENT_ATTEMPT_ENDS:
		kernel->ops->end_attempt(kernel->user, event.call, event.at_ns);
		break;
	case RS_EVENT_WAIT_ENDS:
		kernel->ops->resume(kernel->user, event.call, event.at_ns);
		break;
	}
}

bool
rs_kernel_run(struct rs_kernel *kernel, uint64_t first_ns)
{
	uint64_t begin_ns = first_ns;

	while (!kernel->out_of_memory) {
		if (begin_ns < rs_kernel_due_ns(kernel))
			begin_ns = kernel->ops->begin(kernel->user, begin_ns);
		else if (kernel->queue.count > 0)
			pass_event(kernel);
		else
			break;
	}
	return !kernel->out_of_memory;
}
