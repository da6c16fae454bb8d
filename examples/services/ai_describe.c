/* Describe one image or several: ask AI providers in turn until one answers.
 *
 * It replaces a hand-written loop, and keeps each of its rules:
 *
 *   - A provider's client returns a result object, never an error code: text,
 *     or an error text, which may have come inside a 200. The attempt passes
 *     the object as the outcome's result; classify() reads the error text, and
 *     discard() frees rejected objects.
 *   - 429, 500 and 503 are retried after 2, 4 and 8 s, but not a 429 whose text
 *     says that the quota or billing is exhausted, because waiting does not
 *     help. All of this is the shipped policy AI_VISION.
 *   - The provider "grok" has another policy: GROK_VISION.json is the shipped
 *     AI_GROK, one more try after a fixed 0.5 s, with the same rule on quotas.
 *   - When a provider gives up, the next one is asked; if all give up, the
 *     caller gets the last error text.
 *   - One image or several: only the request differs.
 *
 * New: a provider's Retry-After counts. If it asks for more time than the
 * policy allows, the next provider is asked at once.
 */
/* SPDX-License-Identifier: MIT */
#include "http.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The caller's result: a text, or an error that is not "". */
struct description {
	char *text;
	char error[512];
	/** When the provider wants the retry. */
	struct backoff_hint hint;
};

struct question {
	const struct service *service;
	const char *url, *json;
};

static void
description_free(struct description *d)
{
	if (d != NULL)
		free(d->text);
	free(d);
}

static const char *
member(const cJSON *object, const char *name, const char *otherwise)
{
	const char *text = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(object, name));

	return text != NULL ? text : otherwise;
}

/* The provider's client: always returns an object; an error is text in it. */
static struct description *
ask(const struct question *q, const struct backoff_attempt *attempt)
{
	const struct http_request request = {q->url, q->json, -1, NULL};
	struct description *d = calloc(1, sizeof(*d));
	struct backoff_outcome http = {.size = sizeof(http)};
	struct http_reply reply = {0};
	const char *text;
	cJSON *json;

	if (d == NULL)
		return NULL;
	http_attempt(q->service, attempt, &request, &reply, &http);
	json = cJSON_Parse(reply.body != NULL ? reply.body : "");
	text = member(json, "text", NULL);
	if (http.kind != BACKOFF_OUTCOME_SUCCESS)
		snprintf(d->error, sizeof(d->error), "%d %s", reply.status,
			 http.error != NULL ? http.error : "no reason given");
	else if (text == NULL || (d->text = strdup(text)) == NULL)
		snprintf(d->error, sizeof(d->error), "%s",
			 member(json, "error", "no description"));
	d->hint = backoff_outcome_hint(&http);
	cJSON_Delete(json);
	http_reply_clear(&reply);
	return d;
}

static void
attempt(void *user, const struct backoff_attempt *attempt,
	struct backoff_outcome *outcome)
{
	backoff_outcome_set_result(outcome, ask(user, attempt));
}

/* Error texts begin with a status: "503 overloaded". */
static void
classify(void *user, struct backoff_outcome *outcome)
{
	const struct description *d = outcome->result;

	(void)user;
	if (d != NULL && d->error[0] == '\0') {
		outcome->kind = BACKOFF_OUTCOME_SUCCESS;
		return;
	}
	backoff_outcome_from_http(
		outcome, d != NULL ? (int)strtol(d->error, NULL, 10) : 0);
	outcome->kind = BACKOFF_OUTCOME_FAILURE;
	outcome->error_type = "ProviderError";
	outcome->error = d != NULL ? d->error : "out of memory";
	if (d != NULL)
		outcome->hint = d->hint;
}

static void
discard(void *user, void *result)
{
	(void)user;
	description_free(result);
}

/* Ask one provider, given as NAME=URL, as often as its policy says. */
static struct description *
describe(const struct service *service, const char *provider, const char *json)
{
	const char *url = strchr(provider, '=') + 1;
	const char *policy = strncmp(provider, "grok=", 5) == 0 ? "GROK_VISION"
								: "AI_VISION";
	char *name = strndup(provider, (size_t)(url - provider) - 1);
	struct backoff_retry *retry =
		service_retry(service, policy, "describe_image", name);
	struct question question = {service, url, json};
	struct backoff_answer answer = {.size = sizeof(answer)};

	backoff_retry_set_classify(retry, classify, NULL);
	backoff_retry_set_discard(retry, discard, NULL);
	service_run(service, retry, attempt, &question, &answer);
	backoff_retry_free(retry);
	free(name);
	return answer.result;
}

static char *
make_request(char **images, int count)
{
	cJSON *json = cJSON_CreateObject();
	char *text;

	cJSON_AddStringToObject(json, "prompt", "Describe what you see.");
	if (count == 1)
		cJSON_AddStringToObject(json, "image", images[0]);
	else
		cJSON_AddItemToObject(
			json, "images",
			cJSON_CreateStringArray((const char *const *)images,
						count));
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

int
main(int argc, char **argv)
{
	struct service service;
	int at = service_start(&service, argc, argv,
			       "PROVIDER=URL... IMAGE-URL...", 2);
	int images = at;
	struct description *d = NULL;
	char *json;
	int exit_code = 1;

	/* An image's address may contain a '=', too, but later. */
	while (images < argc &&
	       argv[images][strcspn(argv[images], "=:/")] == '=')
		images++;
	if (images == argc) {
		fprintf(stderr, "%s: no image\n", argv[0]);
		return 2;
	}
	json = make_request(argv + images, argc - images);
	for (; at < images && (d == NULL || d->text == NULL); at++) {
		description_free(d);
		d = describe(&service, argv[at], json);
	}
	if (d != NULL && d->text != NULL) {
		puts(d->text);
		exit_code = 0;
	} else {
		fprintf(stderr, "no description: %s\n",
			d != NULL ? d->error : "cancelled");
	}
	description_free(d);
	free(json);
	service_stop(&service);
	return exit_code;
}
