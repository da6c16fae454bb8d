// A peer for bench_emit: spdlog's asynchronous logger, the caller's side, with
// the same fields and the same pacing.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <time.h>

static uint64_t wall_ns()
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t ticks()
{
#if defined(__x86_64__)
	unsigned low, high;

	__asm__ volatile("rdtscp" : "=a"(low), "=d"(high) : : "rcx", "memory");
	return (uint64_t)high << 32 | low;
#else
	return wall_ns();
#endif
}

static double ticks_per_ns()
{
	uint64_t start_ns = wall_ns(), start = ticks();

	while (wall_ns() - start_ns < 50000000)
		;
	return (double)(ticks() - start) / (double)(wall_ns() - start_ns);
}

static void emit(spdlog::logger &log, uint64_t seq)
{
	log.info("\"event_type\":\"{}\",\"service\":\"{}\",\"operation\":\"{}\","
		 "\"policy\":\"{}\",\"policy_hash\":\"{}\",\"call_id\":\"{}\","
		 "\"attempt\":{},\"max_attempts\":{},\"kind\":\"{}\","
		 "\"outcome\":\"{}\",\"class\":\"{}\",\"error_type\":\"{}\","
		 "\"code\":\"{}\",\"error\":\"{}\",\"duration_seconds\":{:.9f},"
		 "\"elapsed_seconds\":{:.9f},\"delay_seconds\":{:.9f},"
		 "\"delay_law\":\"{}\",\"delay_low_seconds\":{:.9f},"
		 "\"delay_high_seconds\":{:.9f},\"host\":\"{}\",\"pid\":{},"
		 "\"seq\":{}",
		 "retry_attempt", "notifications", "send_webhook", "WEBHOOK",
		 "d248a4c87e7da7aa", "0f3a5c7e9b1d2f4a6c8e0b2d4f6a8c0e", 2, 4,
		 "retry", "failure", "server", "HTTPError", "http:502",
		 "upstream returned 502 Bad Gateway", 0.230123456, 1.475321987,
		 2.123456789, "proportional", 1.5, 2.5, "app-1", 4711, seq);
}

static double median(std::vector<double> &v)
{
	std::sort(v.begin(), v.end());
	return v[v.size() / 2];
}

int main()
{
	const char *text = getenv("BENCH_ROUNDS");
	unsigned rounds = text != nullptr ? (unsigned)strtoul(text, nullptr, 10)
					  : 7;
	auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(
		"/dev/null", true);
	auto pool = std::make_shared<spdlog::details::thread_pool>(8192, 1);
	auto logger = std::make_shared<spdlog::async_logger>(
		"l", sink, pool, spdlog::async_overflow_policy::overrun_oldest);
	spdlog::logger &log = *logger;
	const double rate = ticks_per_ns();
	std::vector<double> half, most;

	log.set_pattern("{\"ts\":\"%Y-%m-%dT%H:%M:%S.%fZ\",%v}",
			spdlog::pattern_time_type::utc);
	for (unsigned round = 0; round <= rounds; round++) {
		std::vector<uint64_t> sample(20000);
		uint64_t gap = (uint64_t)(10000 * rate), next = ticks() + gap;

		for (size_t i = 0; i < sample.size(); i++, next += gap) {
			while (ticks() < next)
				;
			uint64_t start = ticks();
			emit(log, i);
			sample[i] = ticks() - start;
		}
		std::sort(sample.begin(), sample.end());
		if (round == 0)
			continue;
		half.push_back((double)sample[sample.size() / 2] / rate);
		most.push_back((double)sample[sample.size() / 100 * 99] / rate);
	}
	printf("\nspdlog %d.%d, asynchronous, queue of 8192 (ns, %u rounds)\n",
	       SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, rounds);
	printf("  %-46s %9.1f\n", "one per 10 us, median", median(half));
	printf("  %-46s %9.1f\n", "one per 10 us, p99", median(most));
	return 0;
}
