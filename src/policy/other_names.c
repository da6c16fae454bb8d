/* Names that other libraries have for what policies say. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "policy/other_names.h"

#include <stddef.h>
#include <string.h>

/** Longer names are not known. */
#define NAME_MAX_BYTES 40

/* What to write instead. */
#define RETRIES                                                                \
	"write \"max_attempts\", which counts the first attempt, too: "        \
	"retries + 1"
#define ATTEMPTS "write \"max_attempts\", which counts the first attempt, too"
#define FIRST "write \"base_delay\", the delay after the first failed attempt"
#define CAP "write \"max_delay\""
#define FACTOR                                                                 \
	"write \"exponential_base\", the factor from one delay to the next "   \
	"(what multiplies every delay is \"base_delay\")"
#define ATTEMPT_LIMIT                                                          \
	"write \"attempt_timeout\" for the limit of one attempt, or "          \
	"\"deadline\" for that of the whole call"
#define CALL_LIMIT "write \"deadline\", the limit of the whole call"
#define RATIO                                                                  \
	"write \"jitter\": {\"kind\": \"proportional\", \"ratio\": ...}, the " \
	"share of the delay"
#define CODES "write \"retry_on\" with codes like \"http:503\" and \"http:5xx\""
#define GRPC_CODES                                                             \
	"write \"retry_on\" with codes like \"grpc:UNAVAILABLE\" or "          \
	"\"http:503\""
#define TYPES "write \"retry_on\" with error types, classes and codes"
#define ABORT "write \"abort_on\", which takes precedence over retry_on"
#define HINT "write \"server_hint\": {\"use\": ..., \"max\": ...}"
#define KIND "write \"kind\""

/* The words of a name without case, "_" and "-". Names that mean the same in
 * every library only; where they differ, the reason says so. */
static const struct {
	const char *prefix, *names, *instead;
} table[] = {
	{"",
	 " retries maxretries retrycount numretries maxretrycount retrylimit "
	 "maxretryattempts numberofretries retry retriesmax maxnumretries "
	 "total totalretries ",
	 RETRIES},
	{"",
	 " tries maxtries attempts numattempts attemptlimit stopafterattempt "
	 "totalattempts maxtry maxattemptnumber numberofattempts stop "
	 "maximumattempts ",
	 ATTEMPTS},
	{"",
	 " initialdelay initialbackoff initialinterval minbackoff minwait "
	 "mindelay mintimeout delay wait interval intervalseconds initialwait "
	 "basebackoff baseinterval startdelay firstdelay backoffbase initial "
	 "initialretrydelay retrydelay retryinterval waittime sleep base "
	 "fixeddelay waitduration ",
	 FIRST},
	{"",
	 " maxbackoff maxinterval maxwait maxtimeout cap delaymax "
	 "maxretrydelay "
	 "maximumbackoff maximuminterval backoffmax maxsleep delaycap "
	 "maxdelayseconds ",
	 CAP},
	{"",
	 " multiplier factor backofffactor backoffmultiplier backoffrate "
	 "expbase exponent exponentbase delayfactor growthfactor "
	 "backoffcoefficient ",
	 FACTOR},
	{"",
	 " timeout requesttimeout pertrytimeout trytimeout timeoutseconds "
	 "timeoutms attempttimeoutseconds callattempttimeout ",
	 ATTEMPT_LIMIT},
	{"",
	 " maxelapsedtime maxelapsed maxtime maxretrytime stopafterdelay "
	 "totaltimeout calltimeout maxduration deadlineseconds deadlinems "
	 "overalltimeout apicalltimeout maxtotaltime scheduletoclose "
	 "maximumduration ",
	 CALL_LIMIT},
	{"",
	 " randomizationfactor jitterfactor randomize jitterratio "
	 "randomization jitterpercent ",
	 RATIO},
	{"",
	 " statusforcelist statuscodes retryablecodes "
	 "retryonstatus retrystatuscodes httpcodes retryonstatuscodes "
	 "retriablestatuscodes codes ",
	 CODES},
	/* gRPC's service config. */
	{"", " retryablestatuscodes nonfatalstatuscodes ", GRPC_CODES},
	{"",
	 " exceptions retryexceptions retryif retryableerrors retryfor "
	 "retryonexception errors retryableexceptions retryonerrors "
	 "retryonexceptions retryerrors ",
	 TYPES},
	{"",
	 " giveupon ignore ignoreexceptions nonretryable ignoreon "
	 "nonretryableerrors notretryon abort stopon failon "
	 "nonretryableerrorreasons donotretryon noretryon giveup ",
	 ABORT},
	{"",
	 " retryafter respectretryafter respectretryafterheader "
	 "honorretryafter useretryafter maxretryafter retryaftermax hint hints "
	 "serverhints ",
	 HINT},
	{"", " strategy backofftype backoffstrategy type curve algorithm ",
	 "write \"backoff\""},
	{"", " comment comments note notes // # ",
	 "JSON has no comments; write \"description\""},
	{"", " circuitbreaker breakers circuit ", "write \"breaker\""},
	{"", " retrybudget retryquota quota ", "write \"budget\""},
	{"", " hedging hedgingpolicy hedges hedgingdelay ",
	 "write \"hedge\": {\"delay\": ..., \"max\": ...}"},
	{"", " inherits parent inherit ", "write \"extends\""},
	{"jitter", " type strategy algorithm mode ", KIND},
	{"jitter", " min lowest least ", "write \"minimum\""},
	{"jitter", " factor amount percent width share ",
	 "write \"ratio\", a share of the delay from 0 to 1"},
	{"budget", " type strategy algorithm mode model ", KIND},
	{"budget", " tokens size ",
	 "write \"capacity\" of a token_bucket, or \"max_tokens\" of a "
	 "throttle"},
	{"budget",
	 " refill fillrate refillrate refilltokens rate tokenspersecond "
	 "refillamount ",
	 "write \"refill_per_second\""},
	{"budget", " cost ", "write \"retry_cost\""},
	{"budget",
	 " retryratio percentcanretry percentage percent budgetpercent ",
	 "write \"ratio\""},
	{"budget",
	 " minretriespersec minretriespersecond minretryconcurrency minimum "
	 "min ",
	 "write \"min_per_second\" of a ratio, or \"min_concurrent\" of a "
	 "concurrency budget"},
	{"breaker",
	 " threshold failurethreshold errorrate errorthreshold "
	 "failureratethreshold failurerate ",
	 "write \"failure_ratio\", a share from 0 to 1"},
	{"breaker",
	 " timeout openduration sleepwindow resettimeout breakduration "
	 "opentimeout waitdurationinopenstate ",
	 "write \"cooldown\""},
	{"breaker", " halfopenrequests permittedcalls successthreshold ",
	 "write \"probes\""},
	{"breaker", " minimumthroughput minimumcalls volumethreshold ",
	 "write \"min_attempts\""},
	{"hedge", " maxattempts count attempts maxhedgedattempts ",
	 "write \"max\", the hedges next to an attempt"},
	{"hedge", " hedgingdelay after ", "write \"delay\""},
	{"server_hint", " enabled enable respect ", "write \"use\""},
	{"server_hint", " maxdelay limit cap ", "write \"max\""},
};

const char *
bo_other_name(const char *prefix, const char *name)
{
	char word[NAME_MAX_BYTES + 3] = " ";
	size_t used = 1;

	for (; *name != '\0'; name++) {
		if (*name == '_' || *name == '-' || *name == '$')
			continue;
		/* A blank is the end of a name in the table. */
		if (used > NAME_MAX_BYTES || *name == ' ')
			return NULL;
		word[used++] = *name >= 'A' && *name <= 'Z'
				       ? (char)(*name - 'A' + 'a')
				       : *name;
	}
	word[used++] = ' ';
	word[used] = '\0';
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i].prefix, prefix) == 0 &&
		    strstr(table[i].names, word) != NULL)
			return table[i].instead;
	return NULL;
}
