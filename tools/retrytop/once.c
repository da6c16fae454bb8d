/* Read everything, print the numbers, and be done. */
#include "config.h"

#include "retrytop/once.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/msg.h"
#include "common/units.h"

#define BUDGET (1u << 20)

/* Of the paths that can not be read each is worth a message. */
static int
check_inputs(const struct tk_follow *follow)
{
	int code = TK_EXIT_OK;

	for (size_t i = 0; i < tk_follow_count(follow); i++) {
		struct tk_input_info info;

		tk_follow_info(follow, i, &info);
		if (info.error_number == 0)
			continue;
		tk_msg_errno(info.path, info.error_number);
		code = TK_EXIT_SYSTEM;
	}
	return code;
}

static int
check_lines(const struct rt_options *options, const struct rt_ingest *ingest)
{
	for (uint64_t i = 0; i < ingest->bad && i < RT_BAD_MAX; i++) {
		const struct rt_bad *bad = &ingest->first_bad[i];

		tk_msg("%s:%llu:%u: %s", options->path[bad->input],
		       (unsigned long long)bad->line, bad->column, bad->text);
	}
	if (ingest->bad > RT_BAD_MAX)
		tk_msg("%llu more bad lines",
		       (unsigned long long)(ingest->bad - RT_BAD_MAX));
	if (ingest->lines > 0 && ingest->events == 0)
		tk_msg("no attempt events in %llu lines (dialect %s)",
		       (unsigned long long)ingest->lines, options->dialect);
	if (ingest->bad > options->max_bad) {
		tk_msg("more than %llu bad lines",
		       (unsigned long long)options->max_bad);
		return TK_EXIT_BAD_INPUT;
	}
	return TK_EXIT_OK;
}

static int
print(const struct rt_options *options, struct rt_ingest *ingest,
      struct rt_model *model, const struct tk_follow *follow)
{
	size_t count = tk_follow_count(follow);
	struct tk_input_info *input = calloc(count + 1, sizeof(*input));
	const struct rt_ui ui = {.page = RT_PAGE_OVERVIEW};
	/* No clock: the same log gives the same bytes. */
	const struct rt_view view = {
		.model = model,
		.ingest = ingest,
		.ui = &ui,
		.input = input,
		.input_count = count,
	};
	int result = -1;

	if (input != NULL &&
	    rt_model_update(model, ingest->window, rt_ingest_end_s(ingest))) {
		for (size_t i = 0; i < count; i++)
			tk_follow_info(follow, i, &input[i]);
		result = options->format == RT_FORMAT_JSON
				 ? rt_report_json(&view, stdout)
				 : rt_report_text(&view, stdout);
	}
	free(input);
	if (result == 0 && fflush(stdout) == 0)
		return TK_EXIT_OK;
	tk_msg_errno("standard output", errno);
	return TK_EXIT_SYSTEM;
}

static int
run(const struct rt_options *options, struct rt_ingest *ingest,
    struct rt_model *model, struct tk_follow *follow)
{
	int input_code, line_code, code;

	for (size_t i = 0; i < options->path_count; i++)
		if (tk_follow_add(follow, options->path[i]) != BACKOFF_OK)
			return TK_EXIT_SYSTEM;
	while (tk_follow_read(follow, 0, BUDGET, true, rt_ingest_line, ingest))
		;
	if (ingest->no_memory) {
		tk_msg_errno("reading", ENOMEM);
		return TK_EXIT_SYSTEM;
	}
	code = print(options, ingest, model, follow);
	input_code = check_inputs(follow);
	line_code = check_lines(options, ingest);
	if (code != TK_EXIT_OK)
		return code;
	return input_code != TK_EXIT_OK ? input_code : line_code;
}

int
rt_once(const struct rt_options *options)
{
	struct tk_follow *follow = tk_follow_new();
	struct backoff_error error = {0};
	enum backoff_status status;
	struct rt_ingest ingest;
	struct rt_model model;
	int code = TK_EXIT_SYSTEM;

	status = rt_ingest_init(&ingest, options->dialect, &error);
	if (status != BACKOFF_OK) {
		tk_follow_free(follow);
		return rt_options_no_dialect(options, status, &error);
	}
	rt_model_init(&model, options->window_ns / TK_NS_PER_S);
	model.sort = (enum rt_sort)options->sort;
	if (options->filter != NULL)
		memcpy(model.filter, options->filter,
		       strlen(options->filter) + 1);
	if (follow != NULL)
		code = run(options, &ingest, &model, follow);
	rt_model_clear(&model);
	rt_ingest_clear(&ingest);
	tk_follow_free(follow);
	return code;
}
