/* Runs a fuzz target over its corpus, one TAP result per file. The file's name
 * states the verdict: good-*, bad-*; anything else only has to end well. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <dirent.h>
#include <string.h>

#include "fuzz.h"

#define FILE_MAX (1u << 20)

/* The whole file, or NULL. */
static uint8_t *
read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;

	if (file == NULL)
		return NULL;
	/* Exactly as large as needed, so that ASan sees a read past it. */
	if (fseek(file, 0, SEEK_END) == 0 && ftell(file) <= (long)FILE_MAX) {
		*size = (size_t)ftell(file);
		rewind(file);
		data = malloc(*size > 0 ? *size : 1);
		if (data != NULL && fread(data, 1, *size, file) != *size) {
			free(data);
			data = NULL;
		}
	}
	fclose(file);
	return data;
}

static int
passes(const char *path, const char *name)
{
	size_t size;
	uint8_t *data = read_file(path, &size);
	int accepted;

	if (data == NULL)
		return 0;
	accepted = fuzz_accepts(data, size);
	free(data);
	if (strncmp(name, "good-", 5) == 0)
		return accepted;
	return strncmp(name, "bad-", 4) != 0 || !accepted;
}

int
main(void)
{
	const char *top = getenv("top_srcdir");
	char folder[4096], path[8192];
	struct dirent **entry;
	int count, number = 0, failed = 0;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
		 top != NULL ? top : ".", fuzz_name);
	count = scandir(folder, &entry, NULL, alphasort);
	if (count < 0) {
		printf("Bail out! %s\n", folder);
		return 99;
	}
	for (int i = 0; i < count; i++) {
		const char *name = entry[i]->d_name;
		int ok;

		if (name[0] == '.') {
			free(entry[i]);
			continue;
		}
		snprintf(path, sizeof(path), "%s/%s", folder, name);
		/* Before the run: a crash shows which file it was. */
		fprintf(stderr, "%s\n", name);
		ok = passes(path, name);
		failed += !ok;
		printf("%sok %d - %s\n", ok ? "" : "not ", ++number, name);
		free(entry[i]);
	}
	free(entry);
	printf("1..%d\n", number);
	return failed != 0;
}
