/* Asks retrysim what other policies would have done in the window. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "retrytop/simulate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/gather.h"
#include "base/num.h"
#include "common/msg.h"
#include "live/saved.h"
#include "retrytop/browse.h"
#include "retrytop/command.h"

#define FILE_NAME "retrytop-XXXXXX.jsonl"
#define FILE_SUFFIX ((int)sizeof(".jsonl") - 1)
/* Between looks at a program that has closed its outputs. */
#define WAIT_MS 10

__attribute__((format(printf, 2, 3))) static void
fail(struct rt_simulate *simulate, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(simulate->problem, sizeof(simulate->problem), format,
		  arguments);
	va_end(arguments);
	simulate->state = RT_SIMULATE_FAILED;
}

/* Whether an input does not have again what was read from it. */
static bool
is_gone(const struct tk_input_info *input)
{
	return strcmp(input->path, "-") == 0 || input->rotations > 0 ||
	       input->truncations > 0 || access(input->path, R_OK) != 0;
}

static bool
are_gone(const struct rt_view *view)
{
	for (size_t i = 0; i < view->input_count; i++)
		if (is_gone(&view->input[i]))
			return true;
	return false;
}

/* The same file each time; a new one at first. */
static int
open_file(struct rt_simulate *simulate)
{
	const char *folder = getenv("TMPDIR");

	if (simulate->path[0] != '\0')
		return open(simulate->path,
			    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (folder == NULL || *folder == '\0' ||
	    strlen(folder) + sizeof(FILE_NAME) + 1 > sizeof(simulate->path))
		folder = "/tmp";
	snprintf(simulate->path, sizeof(simulate->path), "%s/" FILE_NAME,
		 folder);
	return mkostemps(simulate->path, FILE_SUFFIX, O_CLOEXEC);
}

/* Seconds of the window for which the record has all events. */
static uint64_t
covered_s(const struct rt_view *view, const struct rt_record *record)
{
	const struct rt_model *model = &view->list->model;
	uint64_t from_s = rt_record_from_ns(record) / BO_NS_PER_S + 1;

	if (rt_record_is_whole(record) ||
	    from_s + model->window_s <= model->end_s + 1)
		return model->window_s;
	return from_s <= model->end_s ? model->end_s + 1 - from_s : 0;
}

/* Write the events of the record to a file. */
static bool
save(struct rt_simulate *simulate, const struct rt_view *view)
{
	const struct rt_browse *browse = view->ui->browse;
	int fd = open_file(simulate), error;
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool saved;

	if (out == NULL) {
		fail(simulate, "%s: %s", simulate->path, strerror(errno));
		if (fd >= 0)
			close(fd);
		simulate->path[0] = '\0';
		return false;
	}
	saved = rt_record_save(browse->record, browse->until,
			       view->ingest->window, out, &simulate->saved);
	error = errno;
	if (fclose(out) != 0 && saved) {
		error = errno;
		saved = false;
	}
	simulate->covered_s = covered_s(view, browse->record);
	if (!saved)
		fail(simulate, "%s: %s", simulate->path, strerror(error));
	return saved;
}

static void
free_words(char **words)
{
	for (size_t i = 0; words != NULL && words[i] != NULL; i++)
		free(words[i]);
	free(words);
}

/* The command as the words of argv; NULL if there is no memory. */
static char **
make_words(const struct rt_view *view)
{
	char word[RT_WORD_MAX], **words;
	size_t count = 0;

	while (rt_command_word(view, count, word, sizeof(word)))
		count++;
	words = calloc(count + 1, sizeof(*words));
	for (size_t i = 0; words != NULL && i < count; i++) {
		rt_command_word(view, i, word, sizeof(word));
		words[i] = strdup(word);
		if (words[i] != NULL)
			continue;
		free_words(words);
		return NULL;
	}
	return words;
}

/* The command for a shell; NULL if there is no memory. */
static char *
quote_words(char *const *words)
{
	char word[RT_WORD_MAX];
	struct tk_gather text;

	if (!tk_gather_begin(&text))
		return NULL;
	for (size_t i = 0; words[i] != NULL; i++)
		fprintf(text.stream, "%s%s", i > 0 ? " " : "",
			rt_command_quote(words[i], word, sizeof(word)));
	return tk_gather_end(&text) ? text.text : NULL;
}

/* Run the command with the program that is found. */
static void
start(struct rt_simulate *simulate, char **words, size_t columns)
{
	char path[4096], *name;

	simulate->command = quote_words(words);
	if (simulate->command == NULL) {
		fail(simulate, "%s", strerror(ENOMEM));
		return;
	}
	if (!rt_child_find(words[0], path, sizeof(path))) {
		fail(simulate, "%s is neither next to retrytop nor in PATH",
		     words[0]);
		return;
	}
	name = words[0];
	words[0] = path;
	if (!rt_child_start(&simulate->child, words, columns))
		fail(simulate, "%s: %s", path, strerror(errno));
	words[0] = name;
}

static void
run(struct rt_simulate *simulate, const struct rt_view *view, size_t columns,
    uint64_t now_ns)
{
	struct rt_view now = *view;
	char **words;

	rt_child_clear(&simulate->child);
	free(simulate->command);
	simulate->command = NULL;
	simulate->state = RT_SIMULATE_RUNS;
	simulate->began_ns = now_ns;
	rt_command_subject(view, simulate->subject, sizeof(simulate->subject));
	if (view->list->model.end_s == 0) {
		fail(simulate, "nothing was read yet");
		return;
	}
	if (are_gone(view) && view->ui->browse != NULL) {
		if (!save(simulate, view))
			return;
	} else {
		simulate->path[0] = '\0';
	}
	now.saved = rt_simulate_path(simulate);
	words = make_words(&now);
	if (words == NULL)
		fail(simulate, "%s", strerror(ENOMEM));
	else
		start(simulate, words, columns);
	free_words(words);
}

void
rt_simulate_obey(struct rt_simulate *simulate, struct rt_ui *ui,
		 const struct rt_view *view, size_t columns, uint64_t now_ns)
{
	enum rt_ask ask = ui->ask;

	ui->ask = RT_ASK_NONE;
	if (ask == RT_ASK_NONE)
		return;
	if (simulate->state != RT_SIMULATE_RUNS) {
		run(simulate, view, columns, now_ns);
	} else if (ask == RT_ASK_AGAIN) {
		rt_child_kill(&simulate->child);
		simulate->state = RT_SIMULATE_CANCELLED;
	}
}

/* Say how it ended. */
static void
finish(struct rt_simulate *simulate)
{
	int status = simulate->child.status;

	simulate->state = RT_SIMULATE_DONE;
	if (WIFSIGNALED(status))
		fail(simulate, "killed by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) > TK_EXIT_NO)
		fail(simulate, "exit status %d", WEXITSTATUS(status));
}

bool
rt_simulate_read(struct rt_simulate *simulate)
{
	bool changed = rt_child_read(&simulate->child);

	if (simulate->state == RT_SIMULATE_RUNS && simulate->child.pid == 0) {
		finish(simulate);
		changed = true;
	}
	return changed;
}

const char *
rt_simulate_path(const struct rt_simulate *simulate)
{
	return simulate->path[0] != '\0' ? simulate->path : NULL;
}

void
rt_simulate_wait(struct rt_simulate *simulate)
{
	while (simulate->state == RT_SIMULATE_RUNS) {
		struct pollfd fd = {.fd = simulate->child.fd, .events = POLLIN};

		poll(&fd, 1, fd.fd >= 0 ? -1 : WAIT_MS);
		rt_simulate_read(simulate);
	}
}

void
rt_simulate_clear(struct rt_simulate *simulate)
{
	rt_child_clear(&simulate->child);
	free(simulate->command);
	*simulate = (struct rt_simulate){0};
}
