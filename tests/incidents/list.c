/* The incidents and the quiet days that the judgement is measured on. */
/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "incidents/incident.h"

/* Operations as they usually are: name, target, calls per second, share of
 * failed attempts, median duration, hosts, attempts at most. */
#define OP(name_, target_, rate_, fails_, median_s_, hosts_, attempts_, ...)   \
	{                                                                      \
		.name = name_, .target = target_, .rate = rate_,               \
		.fails = fails_, .median_s = median_s_, .hosts = hosts_,       \
		.max_attempts = attempts_, __VA_ARGS__                         \
	}
#define PAY OP("pay.charge", "payments-api", 24, .012, .045, 3, 4, )
#define PAY_BREAKER                                                            \
	OP("pay.charge", "payments-api", 24, .012, .045, 3, 4, .breaker = true)
#define LEDGER OP("ledger.post", "payments-api", 9, .01, .03, 1, 3, )
#define LEDGER_BREAKER                                                         \
	OP("ledger.post", "payments-api", 9, .01, .03, 1, 3, .breaker = true)
#define ORDER                                                                  \
	OP("order.submit", "checkout", 22, .002, .06, 2, 3, .budget = true)
#define STOCK OP("stock.reserve", "inventory-db", 40, .03, .009, 3, 5, )
#define SEARCH                                                                 \
	OP("search.query", "search", 55, .004, .025, 1, 2, .hedge_s = .08)
#define IMAGE OP("image.fetch", "cdn", 35, .02, .018, 4, 3, )
#define TOKEN OP("token.verify", "idp", 30, .003, .006, 8, 3, )
#define HOOKS OP("hooks.deliver", "hooks.example", 6, .03, .18, 1, 4, )
#define MAIL OP("mail.send", "smtp", 2, .12, .3, 1, 6, )
#define AUDIT OP("audit.write", "s3", .2, .01, .04, 1, 3, )
#define BATCH OP("batch.import", "warehouse", 15, .25, .05, 1, 3, )
#define NIGHT OP("report.build", "reports-db", .05, .02, .5, 1, 3, )
#define FOREIGN                                                                \
	OP("sync.pull", "peer", 12, .02, .05, 2, 3, .failures_only = true)
#define FEED(rate, ...)                                                        \
	OP("feed.read", "feed", rate, .01, .02, 2, 3, __VA_ARGS__)

#define ONE(usual)                                                             \
	{                                                                      \
		usual, IMAGE                                                   \
	}
/* Operation 0, from 300 s on. */
#define FAILS_AS(what, share, how_long, error)                                 \
	{                                                                      \
		{                                                              \
			0, 300, 300 + (how_long), .fails = (share),            \
						  .code = (error),             \
						  .word = (what)               \
		}                                                              \
	}
#define FAILS(...) FAILS_AS("FAILING", __VA_ARGS__)
/* Nearly all calls recover by retries. */
#define RECOVERS(...) FAILS_AS("AMPLIFIED", __VA_ARGS__)

const struct incident incidents[] = {
	{"outage", "95 % of 24/s", ONE(PAY), FAILS(.95, 120, "errno:REFUSED"),
	 600, .seed = 1},
	{"outage", "all of 40/s", ONE(STOCK), FAILS(1, 60, "pg:08006"), 600,
	 .seed = 2},
	{"outage", "all, for 10 s", ONE(PAY), FAILS(1, 10, "errno:REFUSED"),
	 500, .seed = 3},
	{"outage",
	 "two operations of a target",
	 {PAY, LEDGER, IMAGE},
	 {{0, 300, 420, .fails = .97, .code = "errno:REFUSED"},
	  {1, 300, 420, .fails = .97, .code = "errno:REFUSED"}},
	 600,
	 .seed = 4},
	{"outage", "of 6/s", ONE(HOOKS), FAILS(.9, 120, "http:503"), 600,
	 .seed = 5},
	{"outage", "of a batch that often fails", ONE(BATCH),
	 FAILS(.9, 120, "sql:timeout"), 600, .seed = 6},
	{"brown-out", "30 % of 24/s", ONE(PAY), RECOVERS(.3, 180, "http:503"),
	 700, .seed = 7},
	{"brown-out", "50 % of 40/s", ONE(STOCK), FAILS(.5, 120, "http:503"),
	 600, .seed = 8},
	{"brown-out",
	 "20 % of 35/s",
	 {IMAGE, PAY},
	 FAILS(.2, 180, "http:502"),
	 700,
	 .seed = 9},
	{"brown-out", "15 % of 30/s", ONE(TOKEN),
	 RECOVERS(.15, 180, "http:503"), 700, .seed = 10},
	{"brown-out", "10 % of 24/s, of 1 %", ONE(PAY),
	 RECOVERS(.1, 240, "http:503"), 800, .seed = 11},
	{"brown-out", "60 % of 2/s, of 12 %", ONE(MAIL),
	 FAILS(.6, 300, "smtp:451"), 900, .seed = 12},
	{"brown-out",
	 "rises to 60 % in 30 s",
	 ONE(PAY),
	 {{0, 300, 480, .fails = .6, .ramp_s = 30, .code = "http:503"}},
	 700,
	 .seed = 13},
	{"brown-out",
	 "two minutes after an outage",
	 ONE(PAY),
	 {{0, 300, 360, .fails = .95, .code = "errno:REFUSED"},
	  {0, 480, 600, .fails = .3, .code = "http:503", .word = "AMPLIFIED"}},
	 800,
	 .seed = 14},
	{"throttling", "52 % of 6/s", ONE(HOOKS), FAILS(.52, 240, "http:429"),
	 800, .seed = 15},
	{"throttling", "70 % of 30/s", ONE(TOKEN), FAILS(.7, 120, "http:429"),
	 600, .seed = 16},
	{"throttling", "20 % of 24/s", ONE(PAY), RECOVERS(.2, 180, "http:429"),
	 700, .seed = 17},
	{"slow replica",
	 "35 % of 55/s, with hedges",
	 ONE(SEARCH),
	 {{0, 300, 460, .slower = 20, .slow_share = .35, .word = "SLOW"}},
	 700,
	 .seed = 18},
	{"slow replica",
	 "25 % of 55/s, with hedges",
	 ONE(SEARCH),
	 {{0, 300, 460, .slower = 12, .slow_share = .25, .word = "SLOW"}},
	 700,
	 .seed = 19},
	{"slow replica",
	 "50 % of 24/s, without hedges",
	 ONE(PAY),
	 {{0, 300, 460, .slower = 10, .slow_share = .5, .word = "SLOW"}},
	 700,
	 .seed = 20},
	{"slow",
	 "all of 30/s, fivefold",
	 ONE(TOKEN),
	 {{0, 300, 460, .slower = 5, .slow_share = 1, .word = "SLOW"}},
	 700,
	 .seed = 21},
	{"one host",
	 "one of 8, of 30/s",
	 ONE(TOKEN),
	 {{0, 300, 420, .fails = .95, .host = 3, .code = "errno:EHOSTUNREACH"}},
	 600,
	 .seed = 22},
	{"one host",
	 "one of 3, of 24/s",
	 ONE(PAY),
	 {{0, 300, 420, .fails = .9, .host = 2, .code = "dns:NXDOMAIN"}},
	 600,
	 .seed = 23},
	{"one host",
	 "one of 4, of 35/s",
	 {IMAGE, PAY},
	 {{0, 300, 420, .fails = 1, .host = 1, .code = "tls:expired"}},
	 600,
	 .seed = 24},
	{"deploy",
	 "a wrong version answers 400",
	 ONE(PAY),
	 {{0, 300, 400, .fails = .9, .code = "http:400", .aborts = true}},
	 600,
	 .seed = 25},
	{"deploy", "restarts for 15 s", ONE(STOCK),
	 FAILS(.6, 15, "errno:ECONNRESET"), 500, .seed = 26},
	{"deploy",
	 "25 % are refused for good",
	 ONE(TOKEN),
	 {{0, 300, 400, .fails = .25, .code = "http:401", .aborts = true}},
	 600,
	 .seed = 27},
	{"breaker",
	 "opens in an outage",
	 {PAY_BREAKER, LEDGER_BREAKER, IMAGE},
	 {{0, 300, 480, .fails = .97, .code = "errno:REFUSED"},
	  {1, 300, 480, .fails = .97, .code = "errno:REFUSED"}},
	 700,
	 .seed = 28},
	{"breaker",
	 "opens at one of three hosts",
	 ONE(PAY_BREAKER),
	 {{0, 300, 480, .fails = .97, .host = 1, .code = "errno:REFUSED"}},
	 700,
	 .seed = 29},
	{"budget", "runs empty in an outage", ONE(ORDER),
	 FAILS(.93, 120, "http:502"), 600, .seed = 30},
	{"budget", "runs empty in a brown-out", ONE(ORDER),
	 FAILS(.4, 180, "http:502"), 700, .seed = 31},
	{"late logs", "15 s, outage", ONE(PAY),
	 FAILS(.95, 120, "errno:REFUSED"), 600, .late_s = 15, .seed = 32},
	{"late logs", "in batches of 5 s, 30 s late", ONE(STOCK),
	 FAILS(.5, 120, "http:503"), 600, .late_s = 30, .batch_s = 5,
	 .seed = 33},
	{"late logs", "one host 20 s later than others", ONE(PAY),
	 FAILS(.9, 120, "errno:REFUSED"), 600, .host_late_s = 20, .seed = 34},
	{"clocks", "one host 90 s ahead", ONE(PAY),
	 FAILS(.95, 120, "errno:REFUSED"), 600, .skew_s = 90, .seed = 35},
	{"clocks", "one host 40 s behind", ONE(PAY),
	 FAILS(.95, 120, "errno:REFUSED"), 600, .skew_s = -40, .seed = 36},
	{"clocks", "one host 30 min ahead", ONE(PAY),
	 FAILS(.5, 120, "http:503"), 600, .skew_s = 1800, .seed = 37},
	{"start inside",
	 "outage from the first line on",
	 ONE(PAY),
	 {{0, 0, 120, .fails = .95, .code = "errno:REFUSED"}},
	 300,
	 .seed = 38},
	{"start inside",
	 "20 s before an outage",
	 ONE(STOCK),
	 {{0, 20, 120, .fails = .9, .code = "pg:08006"}},
	 300,
	 .seed = 39},
	{"start inside",
	 "30 s before a brown-out",
	 ONE(PAY),
	 {{0, 30, 150, .fails = .3, .code = "http:503", .word = "AMPLIFIED"}},
	 300,
	 .seed = 40},
	{"quiet service",
	 "outage of 0.2/s",
	 ONE(AUDIT),
	 {{0, 1200, 1800, .fails = .95, .code = "s3:SlowDown"}},
	 2400,
	 .seed = 41},
	{"quiet service",
	 "outage of 0.05/s",
	 ONE(NIGHT),
	 {{0, 3600, 5400, .fails = 1, .code = "pg:08006"}},
	 7200,
	 .seed = 42},
	{"quiet service",
	 "outage of 2/s, of which 12 % fail",
	 ONE(MAIL),
	 {{0, 600, 900, .fails = .95, .code = "smtp:421"}},
	 1200,
	 .seed = 43},
	{"failures only", "outage of 12/s", ONE(FOREIGN),
	 FAILS(.95, 120, "errno:REFUSED"), 600, .seed = 44},
	{"failures only", "half of 12/s", ONE(FOREIGN),
	 FAILS(.5, 120, "errno:REFUSED"), 600, .seed = 45},
	{"diurnal load",
	 "outage on the way up",
	 {FEED(20, .swing = .8)},
	 {{0, 14400, 14520, .fails = .5, .code = "http:503"}},
	 15000,
	 .seed = 46},
	{"bursts",
	 "outage between bursts",
	 {FEED(15, .burst = 8)},
	 {{0, 1500, 1620, .fails = .6, .code = "http:503"}},
	 2000,
	 .seed = 47},
};
const size_t incident_count = sizeof(incidents) / sizeof(*incidents);

const struct incident quiet_days[] = {
	{"quiet",
	 "diurnal load of 4 to 36/s",
	 {FEED(20, .swing = .8)},
	 .length_s = 86400,
	 .seed = 101},
	{"quiet",
	 "bursts of eight times the load",
	 {OP("feed.read", "feed", 8, .02, .02, 2, 3, .burst = 8)},
	 .length_s = 86400,
	 .seed = 102},
	{"quiet",
	 "healthy hedges",
	 {OP("search.query", "search", 12, .004, .025, 1, 2, .hedge_s = .06)},
	 .length_s = 86400,
	 .seed = 103},
	{"quiet",
	 "a batch of which 25 % of attempts fail",
	 {BATCH},
	 .length_s = 86400,
	 .seed = 104},
	{"quiet",
	 "two calls a second, of which 12 % fail",
	 {MAIL},
	 .length_s = 86400,
	 .seed = 105},
	{"quiet",
	 "a call each five seconds",
	 {AUDIT},
	 .length_s = 86400,
	 .seed = 106},
	{"quiet",
	 "failures alone are logged",
	 {FOREIGN},
	 .length_s = 86400,
	 .seed = 107},
};
const size_t quiet_day_count = sizeof(quiet_days) / sizeof(*quiet_days);
