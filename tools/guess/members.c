/* Finds the members of a line whose names say what they hold. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "common/durations.h"
#include "dialect/scan.h"
#include "guess/shape.h"

/* Names without case, '_' and '-', and durations without their unit, in the
 * order of how sure they are. "+1" counts retries. */
static const struct {
	const char *field, *names;
	int add;
} usual[] = {
	{"attempt",
	 "attempt attemptnumber attemptno attemptnum attemptcount "
	 "currentattempt attemptindex thisattempt try tryno trynumber trynum "
	 "trycount retrynum retrynumber retryno retrycount retryattempt "
	 "retryindex tries attempts nattempts retries iteration round "
	 "failures failurecount n",
	 0},
	{"max_attempts",
	 "maxattempts maxtries totalattempts attemptlimit attemptsmax limit "
	 "max of",
	 0},
	{"max_attempts", "maxretries retrylimit retriesmax maxretry", 1},
	{"left",
	 "attemptsleft retriesleft triesleft remaining remainingattempts "
	 "attemptsremaining retriesremaining left",
	 0},
	{"delay_seconds",
	 "delay backoff wait waitfor waittime sleep sleepfor sleeptime retryin "
	 "retryafter nextretryin retrydelay nextdelay nextretry nextattemptin "
	 "nextin backoffdelay backofftime nextbackoff interval pause pausefor "
	 "cooldown hold next",
	 0},
	{"next_ts",
	 "nextretryat nextattemptat retryat nextretrytime nextattempttime "
	 "nextretry scheduledat nextrun",
	 0},
	{"operation",
	 "operation op operationname operationkey task taskname tool job "
	 "jobname endpoint "
	 "callable function func rpc route grpc.method actionname upstreamname "
	 "upstream.name servicename peer dependency url uri path "
	 "requestpath requesturi http.path upstreamcluster cluster backendname "
	 "backend be authority service target queue topic method class name",
	 0},
	{"service", "service.name", 0},
	{"error_type",
	 "errortype error.type err.type exceptiontype exctype errorclass "
	 "errorkind error.kind err.kind err.name error.name exception.type "
	 "err.code error.code",
	 0},
	{"error",
	 "error err.message error.message err.detail error.detail err.msg "
	 "err exception.message exception reason cause errormessage detail why",
	 0},
	{"code",
	 "statuscode httpstatus httpstatuscode http.status httpresponsecode "
	 "responsecode downstreamstatus status code",
	 0},
	{"duration_seconds",
	 "duration took latency requesttime responsetime totaltime rt", 0},
	{"elapsed_seconds", "elapsed totalelapsed", 0},
	{"started", "starttime startedat started start begin begintime", 0},
};

#define ROWS (sizeof(usual) / sizeof(*usual))

static bool
is_duration(const char *field)
{
	return strstr(field, "_seconds") != NULL;
}

/* The unit that ends a name, and the length without it. */
static const char *
unit_of_name(const char *name, size_t *length)
{
	static const struct {
		const char *end, *unit;
	} units[] = {
		{"_in_ms", "ms"},       {"InMs", "ms"},
		{"_ms", "ms"},          {"Ms", "ms"},
		{"_millis", "ms"},      {"Millis", "ms"},
		{"_msec", "ms"},        {"_milliseconds", "ms"},
		{"Milliseconds", "ms"}, {"_us", "us"},
		{"_ns", "ns"},          {"_nanos", "ns"},
		{"Nanos", "ns"},        {"_s", "s"},
		{"_sec", "s"},          {"_secs", "s"},
		{"Sec", "s"},           {"Secs", "s"},
		{"_seconds", "s"},      {"Seconds", "s"},
	};
	const char *unit = NULL;

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t n = strlen(units[i].end);

		if (*length > n &&
		    memcmp(name + *length - n, units[i].end, n) == 0) {
			*length -= n;
			unit = units[i].unit;
			break;
		}
	}
	return unit;
}

/* "a.b.retry_In" as "retryin", or with the name before it: "b.retryin". */
static void
plain_name(const char *path, size_t length, bool two, char *out, size_t size)
{
	size_t begin = length, n = 0;

	while (begin > 0 && path[begin - 1] != '.')
		begin--;
	if (two && begin > 0)
		for (begin--; begin > 0 && path[begin - 1] != '.';)
			begin--;
	for (; begin < length && n + 1 < size; begin++) {
		if (path[begin] == '_' || path[begin] == '-')
			continue;
		out[n++] = path[begin] >= 'A' && path[begin] <= 'Z'
				   ? (char)(path[begin] | 0x20)
				   : path[begin];
	}
	out[n] = '\0';
}

/* The place of a name in a list; 0: it is not there. */
static unsigned
place_of(const char *name, const char *names)
{
	size_t length = strlen(name);
	unsigned place = 1;

	for (; *names != '\0'; place++) {
		size_t n = strcspn(names, " ");

		if (n == length && memcmp(name, names, n) == 0)
			return place;
		names += n + (names[n] == ' ');
	}
	return 0;
}

/* The unit of a bare number, by its size: whole numbers of a thousand and more
 * are hardly seconds. */
static const char *
unit_of_value(const struct bo_json_value *value)
{
	bool whole = memchr(value->at, '.', value->length) == NULL;

	if (value->type != BO_JSON_NUMBER)
		return "auto";
	if (whole && value->length >= 7)
		return "ns";
	return whole && value->length >= 3 ? "ms" : "s";
}

static bool
is_digits(const char *at, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!bo_is_digit(at[i]))
			return false;
	}
	return length > 0 && length < 10;
}

/* "2/5", "2 of 5". */
static bool
is_of_limit(const struct bo_json_value *value)
{
	const char *slash = memchr(value->at, '/', value->length);

	return value->type == BO_JSON_STRING && slash != NULL &&
	       is_digits(value->at, (size_t)(slash - value->at)) &&
	       is_digits(slash + 1,
			 value->length - (size_t)(slash + 1 - value->at));
}

static bool
is_http_method(const struct bo_json_value *value)
{
	static const char *const methods[] = {"GET",    "POST", "PUT",
					      "DELETE", "HEAD", "PATCH"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		if (strlen(methods[i]) == value->length &&
		    strncasecmp(methods[i], value->at, value->length) == 0)
			return true;
	}
	return false;
}

/* Whether a value can be what its name says. */
static bool
fits(const char *field, const struct bo_json_value *value)
{
	bool is_number = value->type == BO_JSON_NUMBER;
	uint64_t ns;

	if (value->type != BO_JSON_STRING && !is_number)
		return false;
	if (strcmp(field, "operation") == 0 || strcmp(field, "error") == 0 ||
	    strcmp(field, "service") == 0 || strcmp(field, "error_type") == 0)
		return !is_number && value->length > 0 && value->length < 200 &&
		       !(strcmp(field, "operation") == 0 &&
			 is_http_method(value));
	if (strcmp(field, "next_ts") == 0 || strcmp(field, "started") == 0)
		return value->length >= 10 &&
		       (is_number || bo_is_digit(value->at[0]));
	if (is_duration(field))
		return is_number ||
		       tk_duration_parse(value->at, value->length, 9, &ns);
	return is_digits(value->at, value->length) ||
	       (strcmp(field, "attempt") == 0 && is_of_limit(value));
}

bool
tk_shape_has(const struct tk_shape *shape, const char *field)
{
	for (size_t i = 0; i < shape->named_count; i++) {
		if (strcmp(shape->named[i].field, field) == 0 ||
		    (shape->named[i].of_limit &&
		     strcmp(field, "max_attempts") == 0))
			return true;
	}
	return false;
}

const struct tk_named *
tk_shape_of_limit(const struct tk_shape *shape)
{
	for (size_t i = 0; i < shape->named_count; i++) {
		if (shape->named[i].of_limit)
			return &shape->named[i];
	}
	return NULL;
}

void
tk_shape_drop_of_limit(struct tk_shape *shape)
{
	size_t kept = 0;

	for (size_t i = 0; i < shape->named_count; i++) {
		if (!shape->named[i].of_limit)
			shape->named[kept++] = shape->named[i];
	}
	shape->named_count = kept;
	if (!tk_shape_has(shape, "attempt"))
		shape->number[TK_NUMBER_ATTEMPT] =
			shape->number[TK_NUMBER_LIMIT] = -1;
}

/* The best member of each row. */
struct finder {
	struct tk_named best[ROWS];
	struct bo_json_value value[ROWS];
	unsigned place[ROWS];
};

static void
consider(void *user, const char *path, size_t length,
	 const struct bo_json_value *value)
{
	struct finder *finder = user;
	size_t bare = length;
	const char *unit = unit_of_name(path, &bare);
	char one[64], two[64], timed[64], timed_two[64];
	bool nested = false;

	if (length >= sizeof(finder->best[0].name) || length == 0)
		return;
	plain_name(path, length, false, one, sizeof(one));
	plain_name(path, length, true, two, sizeof(two));
	plain_name(path, bare, false, timed, sizeof(timed));
	plain_name(path, bare, true, timed_two, sizeof(timed_two));
	for (size_t row = 0; row < ROWS && strcmp(one, two) != 0; row++)
		nested |= place_of(two, usual[row].names) != 0;
	for (size_t row = 0; row < ROWS; row++) {
		bool is_time = is_duration(usual[row].field);
		unsigned place =
			place_of(is_time ? timed_two : two, usual[row].names);
		struct tk_named *best = &finder->best[row];

		/* "service.name" is not a "name". */
		if (place == 0 && !nested)
			place = place_of(is_time ? timed : one,
					 usual[row].names);
		if (place == 0 || !fits(usual[row].field, value) ||
		    (finder->place[row] != 0 && finder->place[row] <= place))
			continue;
		finder->place[row] = place;
		finder->value[row] = *value;
		memset(best, 0, sizeof(*best));
		best->field = usual[row].field;
		best->add = usual[row].add;
		best->of_limit = row == 0 && is_of_limit(value);
		memcpy(best->name, path, length);
		if (is_time && value->type == BO_JSON_STRING &&
		    !is_digits(value->at, value->length))
			best->unit = "auto";
		else if (is_time)
			best->unit = unit != NULL ? unit : unit_of_value(value);
	}
}

/* A call of tk_guess_members(), and the member that is looked into. */
struct members {
	tk_guess_member_fn fn;
	void *user;
	char prefix[64];
};

static void
give_nested(void *user, const char *path, size_t length,
	    const struct bo_json_value *value)
{
	const struct members *members = user;
	char name[128];
	int n = snprintf(name, sizeof(name), "%s.%.*s", members->prefix,
			 (int)length, path);

	if (n > 0 && (size_t)n < sizeof(name))
		members->fn(members->user, name, (size_t)n, value);
}

static bool
give_member(void *user, struct tk_piece name, const struct bo_json_value *value)
{
	struct members *members = user;

	if (value->type != BO_JSON_OBJECT) {
		members->fn(members->user, name.at, name.length, value);
	} else if (name.length < sizeof(members->prefix)) {
		memcpy(members->prefix, name.at, name.length);
		members->prefix[name.length] = '\0';
		tk_scan_object(value->at, value->length, true, give_nested,
			       members, NULL);
	}
	return true;
}

void
tk_guess_members(struct tk_envelope *envelope, tk_guess_member_fn fn,
		 void *user)
{
	struct members members = {.fn = fn, .user = user};

	tk_envelope_members(envelope, give_member, &members);
}

/* Digits at the beginning; fits() has seen that they are few. */
static int32_t
number_of(const char *at, size_t length)
{
	int32_t number = 0;

	for (size_t i = 0; i < length && i < 9 && bo_is_digit(at[i]); i++)
		number = number * 10 + (at[i] - '0');
	return number;
}

static void
keep_number(struct tk_shape *shape, const struct tk_named *named,
	    const struct bo_json_value *value)
{
	const char *slash;
	enum tk_number which;

	if (strcmp(named->field, "attempt") == 0)
		which = TK_NUMBER_ATTEMPT;
	else if (strcmp(named->field, "max_attempts") == 0)
		which = TK_NUMBER_LIMIT;
	else if (strcmp(named->field, "left") == 0)
		which = TK_NUMBER_LEFT;
	else
		return;
	shape->number[which] = number_of(value->at, value->length);
	if (!named->of_limit)
		return;
	slash = memchr(value->at, '/', value->length);
	shape->number[TK_NUMBER_LIMIT] = number_of(
		slash + 1, value->length - (size_t)(slash + 1 - value->at));
}

void
tk_shape_members(struct tk_shape *shape, struct tk_envelope *envelope)
{
	struct finder finder = {0};

	tk_guess_members(envelope, consider, &finder);
	for (size_t row = 0; row < ROWS; row++) {
		if (finder.place[row] == 0 ||
		    shape->named_count == TK_NAMED_MAX ||
		    tk_shape_has(shape, finder.best[row].field) ||
		    (shape->has_time &&
		     strcmp(finder.best[row].field, "started") == 0))
			continue;
		shape->named[shape->named_count++] = finder.best[row];
		keep_number(shape, &finder.best[row], &finder.value[row]);
	}
}

/* A member that speaks of retries by its value, or by its name alone. */
static bool
is_about_retries(void *user, struct tk_piece name,
		 const struct bo_json_value *value)
{
	struct tk_shape *shape = user;
	bool strong;

	if (name.length >= sizeof(shape->when_name))
		return true;
	if (value->type == BO_JSON_STRING && !value->escaped &&
	    value->length < sizeof(shape->when_value) &&
	    memchr(value->at, ' ', value->length) == NULL &&
	    tk_speaks_of_retries(value->at, value->length, &strong)) {
		memcpy(shape->when_name, name.at, name.length);
		shape->when_name[name.length] = '\0';
		memcpy(shape->when_value, value->at, value->length);
		shape->when_value[value->length] = '\0';
		shape->meaning = tk_meaning_of(value->at, value->length);
		return false;
	}
	if (shape->when_name[0] == '\0' && value->type != BO_JSON_NULL &&
	    tk_speaks_of_retries(name.at, name.length, &strong)) {
		memcpy(shape->when_name, name.at, name.length);
		shape->when_name[name.length] = '\0';
		snprintf(shape->when_value, sizeof(shape->when_value), "*");
	}
	return true;
}

/* The member that holds the message. */
static bool
is_message(void *user, struct tk_piece name, const struct bo_json_value *value)
{
	struct tk_shape *shape = user;

	if (name.length >= sizeof(shape->when_name) ||
	    value->type != BO_JSON_STRING || value->escaped ||
	    value->length != strlen(shape->text) ||
	    memcmp(value->at, shape->text, value->length) != 0)
		return true;
	memcpy(shape->when_name, name.at, name.length);
	shape->when_name[name.length] = '\0';
	return false;
}

void
tk_shape_when(struct tk_shape *shape, struct tk_envelope *envelope)
{
	tk_envelope_members(envelope,
			    shape->is_sentence ? is_message : is_about_retries,
			    shape);
}

bool
tk_shape_has_words(const struct tk_shape *shape)
{
	for (size_t i = 0; i < shape->tokens.count; i++) {
		const struct tk_token *token = &shape->tokens.token[i];

		if (token->type == TK_TOKEN_WORD && token->length > 1)
			return true;
	}
	return false;
}
