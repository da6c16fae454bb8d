// A peer of ours_emit: measures spdlog's loggers once with the same stream of
// attempts into /dev/null.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <time.h>

#include "stream.h"

static stream_event events[STREAM_EVENTS];

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t ticks()
{
#if defined(__x86_64__)
	unsigned low, high;

	__asm__ volatile("rdtscp" : "=a"(low), "=d"(high) : : "rcx", "memory");
	return (uint64_t)high << 32 | low;
#else
	return clock_ns(CLOCK_MONOTONIC);
#endif
}

static double ticks_per_ns()
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC), start = ticks();

	while (clock_ns(CLOCK_MONOTONIC) - start_ns < 50000000)
		;
	return (double)(ticks() - start) /
	       (double)(clock_ns(CLOCK_MONOTONIC) - start_ns);
}

#define FIELDS                                                                 \
	"\"event_type\":\"{}\",\"service\":\"{}\",\"operation\":\"{}\","       \
	"\"policy\":\"{}\",\"call_id\":\"{}\",\"attempt\":{},"                 \
	"\"max_attempts\":{},\"outcome\":\"{}\",\"status\":{},"                \
	"\"duration_seconds\":{:.6f},\"delay_seconds\":{:.3f}"

// Quotes in texts stay as they are, which is less than what the others do.
static void emit(spdlog::logger &log, const stream_event &e)
{
	double duration = (double)e.duration_us / 1e6;
	double delay = (double)e.delay_ms / 1e3;

	if (e.error != nullptr)
		log.info(FIELDS ",\"error_type\":\"{}\",\"error\":\"{}\"",
			 e.event_type, e.service, e.operation, e.policy,
			 e.call_id, e.attempt, e.max_attempts, e.outcome,
			 e.status, duration, delay, e.error_type, e.error);
	else
		log.info(FIELDS, e.event_type, e.service, e.operation,
			 e.policy, e.call_id, e.attempt, e.max_attempts,
			 e.outcome, e.status, duration, delay);
}

static void set_pattern(spdlog::logger &log)
{
	log.set_pattern("{\"ts\":\"%Y-%m-%dT%H:%M:%S.%fZ\",%v}",
			spdlog::pattern_time_type::utc);
}

static void row(const char *name, double ns)
{
	printf("%s\t%.2f\n", name, ns);
}

static void measure_sync()
{
	const size_t count = 200000;
	spdlog::logger log(
		"s", std::make_shared<spdlog::sinks::basic_file_sink_mt>(
			     "/dev/null", true));

	set_pattern(log);
	for (size_t i = 0; i < STREAM_EVENTS; i++)
		emit(log, events[i]);
	uint64_t start_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	for (size_t i = 0; i < count; i++)
		emit(log, events[i % STREAM_EVENTS]);
	row("write: spdlog, synchronous",
	    (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns) /
		    (double)count);
}

static void emit_all(spdlog::logger &log, const char *how, size_t count,
		     uint64_t gap_ns)
{
	static const double rate = ticks_per_ns();
	uint64_t gap = (uint64_t)((double)gap_ns * rate), next = ticks() + gap;
	std::vector<uint64_t> sample;
	std::string name = std::string("hand over: spdlog, ") + how;

	for (size_t i = 0; i < count; i++, next += gap) {
		while (gap > 0 && ticks() < next)
			;
		uint64_t start = ticks();
		emit(log, events[i % STREAM_EVENTS]);
		if (i >= count / 10)
			sample.push_back(ticks() - start);
	}
	std::sort(sample.begin(), sample.end());
	row((name + ", median").c_str(),
	    (double)sample[sample.size() / 2] / rate);
	row((name + ", p99").c_str(),
	    (double)sample[sample.size() / 100 * 99] / rate);
}

static void measure_async()
{
	auto pool = std::make_shared<spdlog::details::thread_pool>(8192, 1);
	auto log = std::make_shared<spdlog::async_logger>(
		"a",
		std::make_shared<spdlog::sinks::basic_file_sink_mt>(
			"/dev/null", true),
		pool, spdlog::async_overflow_policy::block);

	set_pattern(*log);
	emit_all(*log, "one per 10 us", 10000, 10000);
	emit_all(*log, "saturated", 200000, 0);
}

int main()
{
	stream_fill(events, STREAM_EVENTS);
	measure_sync();
	measure_async();
	return 0;
}
