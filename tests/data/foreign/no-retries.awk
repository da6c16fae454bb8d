# Writes lines of applications in which nothing is retried, most of them with the
# words that such lines have: awk -v lines=1000000 -f no-retries.awk
# SPDX-License-Identifier: MIT

# The same lines on every machine: a Lehmer generator, exact in doubles.
function random(n) {
	state = (state * 16807) % 2147483647
	return int(state / 2147483647 * n)
}

function pick(words,    n, list) {
	n = split(words, list, " ")
	return list[1 + random(n)]
}

function digits(n,    i, s) {
	for (i = 0; i < n; i++)
		s = s random(10)
	return s
}

function hex(n,    i, s) {
	for (i = 0; i < n; i++)
		s = s substr("0123456789abcdef", 1 + random(16), 1)
	return s
}

function clock() {
	return sprintf("%02d:%02d:%02d", second / 3600 % 24, second / 60 % 60,
		second % 60)
}

# A template of a kind, with <n> for a number and so on: see fill().
function add(kind, text) {
	if (!(kind in count))
		kinds[++kind_count] = kind
	line[kind, ++count[kind]] = text
}

# All marks of one kind, filled.
function each(s, mark, what,    at, out) {
	while ((at = index(s, mark))) {
		out = out substr(s, 1, at - 1) value(what)
		s = substr(s, at + length(mark))
	}
	return out s
}

function value(what) {
	if (what == "n")
		return random(9000) + 1
	if (what == "d")
		return random(9) + 1
	if (what == "h")
		return hex(12)
	if (what == "ip")
		return "10." random(200) "." random(200) "." 1 + random(250)
	if (what == "ms")
		return random(900) "." digits(2)
	if (what == "op")
		return pick("orders payments users search mail stock invoices")
	if (what == "path")
		return pick("/api/v1/orders /health /login /static/app.js /retry" \
			" /api/retries?limit=20 /attempts/3 /users/17")
	if (what == "code")
		return pick("200 200 200 204 301 304 400 401 404 429 500 502 503")
	if (what == "host")
		return pick("web-1 web-2 db-0 node-3 worker-7f9c5-abcde")
	return pick("main worker-3 exec-10 pool-2-thread-1 asyncio MainThread")
}

# What a template becomes, but for its time.
function fill(s) {
	s = each(s, "<n>", "n")
	s = each(s, "<d>", "d")
	s = each(s, "<h>", "h")
	s = each(s, "<ip>", "ip")
	s = each(s, "<ms>", "ms")
	s = each(s, "<op>", "op")
	s = each(s, "<path>", "path")
	s = each(s, "<code>", "code")
	s = each(s, "<host>", "host")
	return each(s, "<thread>", "thread")
}

# Filling each line anew would take minutes: each template has some variants.
function expand(    i, j, k, kind, s, at) {
	for (i = 1; i <= kind_count; i++) {
		kind = kinds[i]
		for (j = 1; j <= count[kind]; j++) {
			for (k = 0; k < variants; k++) {
				s = fill(line[kind, j])
				at = index(s, "<clock>")
				before[i, j, k] = at ? substr(s, 1, at - 1) : s
				timed[i, j, k] = at
				after[i, j, k] = at ? substr(s, at + 7) : ""
			}
		}
	}
}

function spring(level, logger, text) {
	add("spring", "2026-01-12T<clock>." digits(3) "Z " level \
		" 1 --- [shop] [<thread>] " logger " : " text)
}

function django(level, logger, text) {
	add("django", "2026-01-12 <clock>," digits(3) " " level " " logger \
		": " text)
}

function zap(level, text, more) {
	add("zap", "{\"level\":\"" level "\",\"ts\":\"2026-01-12T<clock>." \
		digits(3) "Z\",\"caller\":\"<op>/server.go:<n>\",\"msg\":\"" \
		text "\"" more "}")
}

function logfmt(level, text, more) {
	add("logfmt", "ts=2026-01-12T<clock>." digits(3) "Z level=" level \
		" caller=main.go:<n> msg=\"" text "\"" more)
}

function pino(level, text, more) {
	add("pino", "{\"level\":" level ",\"time\":17682126" digits(5) \
		",\"pid\":17,\"hostname\":\"<host>\"" more ",\"msg\":\"" text \
		"\"}")
}

function journal(unit, text) {
	add("journal", "Jan 12 <clock> <host> " unit "[<n>]: " text)
}

function klog(level, where, text) {
	add("kubelet", level "0112 <clock>." digits(6) "    <n> " where \
		":<n>] " text)
}

function postgres(level, text) {
	add("postgres", "2026-01-12 <clock>." digits(3) \
		" UTC [<n>] app@shop " level ":  " text)
}

function kafka(level, text) {
	add("kafka", "[2026-01-12 <clock>," digits(3) "] " level " " text)
}

function rails(text) {
	add("rails", "I, [2026-01-12T<clock>." digits(6) " #<n>]  INFO -- : [" \
		"<h>] " text)
}

function ci(text) {
	add("ci", "2026-01-12T<clock>." digits(7) "Z " text)
}

function plain(kind, text) {
	add(kind, text)
}

function fill_spring() {
	spring(" INFO", "c.example.shop.OrderService", "order <n> placed in <ms> ms")
	spring(" INFO", "o.s.b.w.embedded.tomcat.TomcatWebServer", "Tomcat started on port 8080 (http)")
	spring(" WARN", "com.zaxxer.hikari.pool.HikariPool", "HikariPool-1 - Thread starvation or clock leap detected (housekeeper delta=<n>ms).")
	spring("ERROR", "o.a.c.c.C.[.[.[/].[dispatcherServlet]", "Servlet.service() for servlet [dispatcherServlet] threw exception")
	spring(" INFO", "i.g.r.c.CircuitBreakerLogger", "CircuitBreaker 'backendA' recorded a successful call. Elapsed time: <n> ms")
	spring(" INFO", "c.e.RetryConfig", "Retry 'backendA' created with maxAttempts=3 waitDuration=500ms")
	spring("DEBUG", "o.s.retry.support.RetryTemplate", "RetryContext retrieved: [RetryContext: count=0, lastException=null, exhausted=false]")
	spring(" INFO", "c.e.Login", "Login attempt <d> of user <n> failed")
	spring(" WARN", "c.e.Mail", "mail to <n> failed, will not retry")
	spring(" INFO", "c.e.Jobs", "job <n> done after 1 attempt")
	spring(" INFO", "o.h.e.j.c.i.LobCreatorBuilderImpl", "Disabling contextual LOB creation as createClob() method threw error")
	spring("DEBUG", "s.a.awssdk.request", "Sending Request: DefaultSdkHttpFullRequest(httpMethod=POST, protocol=https, host=sqs.example, encodedPath=/, headers=[amz-sdk-request])")
	plain("stack", "java.net.SocketTimeoutException: Read timed out")
	plain("stack", "\tat org.springframework.retry.support.RetryTemplate.doExecute(RetryTemplate.java:<n>)")
	plain("stack", "\tat io.github.resilience4j.retry.Retry.lambda$decorateSupplier$3(Retry.java:<n>)")
	plain("stack", "\tat com.example.RetryingClient.attempt(RetryingClient.java:<n>)")
	plain("stack", "Caused by: org.apache.http.NoHttpResponseException: <host>:443 failed to respond")
	plain("stack", "    raise RetryError(retry_state.last_attempt) from exc")
	plain("stack", "tenacity.RetryError: RetryError[<Future at 0x7f<h> state=finished raised TimeoutError>]")
	plain("stack", "  File \"/usr/lib/python3/site-packages/urllib3/util/retry.py\", line <n>, in increment")
	plain("stack", "urllib3.exceptions.MaxRetryError: HTTPSConnectionPool(host='api.example', port=443): Max retries exceeded with url: /v1 (Caused by ResponseError('too many 503 error responses'))")
	plain("stack", "    at async retry (/app/node_modules/async-retry/lib/index.js:<n>:12)")
	plain("stack", "goroutine <n> [select]:")
	plain("stack", "github.com/hashicorp/go-retryablehttp.(*Client).Do(0xc000<h>)")
}

function fill_python() {
	django("INFO", "django.server", "\"GET <path> HTTP/1.1\" <code> <n>")
	django("WARNING", "django.request", "Not Found: <path>")
	django("ERROR", "django.request", "Internal Server Error: <path>")
	django("INFO", "uvicorn.access", "<ip>:<n> - \"POST <path> HTTP/1.1\" <code>")
	django("INFO", "httpx", "HTTP Request: POST https://llm.example/v1/chat/completions \"HTTP/1.1 200 OK\"")
	django("INFO", "httpx", "HTTP Request: GET https://pypi.example/simple/ \"HTTP/1.1 404 Not Found\"")
	django("DEBUG", "urllib3.connectionpool", "https://api.example:443 \"GET <path> HTTP/1.1\" <code> <n>")
	django("DEBUG", "urllib3.connectionpool", "Starting new HTTPS connection (<d>): api.example:443")
	django("DEBUG", "urllib3.util.retry", "Converted retries value: <d> -> Retry(total=<d>, connect=None, read=None, redirect=None, status=None)")
	django("DEBUG", "botocore.retryhandler", "No retry needed.")
	django("DEBUG", "botocore.hooks", "Event needs-retry.s3.GetObject: calling handler <botocore.retryhandler.RetryHandler object at 0x7f<h>>")
	django("INFO", "app.auth", "login attempt <d> failed for user <n>")
	django("INFO", "app.config", "retries=3 backoff=2.0 retry_on=[502, 503] timeout=<n>")
	django("WARNING", "app.pay", "payment <n> declined, not retrying")
	django("INFO", "app.jobs", "nothing to retry")
	django("INFO", "app", "Finished in <ms> ms after <n> rows")
	django("INFO", "celery.worker.strategy", "Task <op>.send[<h>] received")
	django("INFO", "app", "backing off is not configured, attempts: <d>")
	plain("uvicorn", "INFO:     <ip>:<n> - \"GET <path> HTTP/1.1\" <code> OK")
	plain("uvicorn", "INFO:     Application startup complete.")
	plain("uvicorn", "[2026-01-12 <clock> +0000] [<n>] [INFO] Booting worker with pid: <n>")
	plain("uvicorn", "[2026-01-12 <clock> +0000] [<n>] [CRITICAL] WORKER TIMEOUT (pid:<n>)")
}

function fill_servers() {
	plain("nginx", "<ip> - - [12/Jan/2026:<clock> +0000] \"GET <path> HTTP/1.1\" <code> <n> \"-\" \"curl/8.7.1\"")
	plain("nginx", "<ip> - user<d> [12/Jan/2026:<clock> +0000] \"POST <path> HTTP/2.0\" <code> <n> \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\"")
	plain("nginx", "2026/01/12 <clock> [error] <n>#<n>: *<n> connect() failed (111: Connection refused) while connecting to upstream, client: <ip>, server: shop.example, request: \"GET <path> HTTP/1.1\", upstream: \"http://<ip>:8080<path>\"")
	plain("nginx", "2026/01/12 <clock> [warn] <n>#<n>: *<n> upstream server temporarily disabled while connecting to upstream, client: <ip>")
	postgres("ERROR", "could not serialize access due to concurrent update")
	postgres("ERROR", "deadlock detected")
	postgres("STATEMENT", "UPDATE jobs SET attempts = attempts + 1, retry_at = now() WHERE id = <n>")
	postgres("LOG", "duration: <ms> ms  statement: SELECT * FROM retries WHERE attempt > <d>")
	postgres("FATAL", "password authentication failed for user \"app\"")
	postgres("HINT", "The transaction might succeed if retried.")
	postgres("LOG", "checkpoint complete: wrote <n> buffers (<d>.1%)")
	journal("systemd", "checkout.service: Scheduled restart job, restart counter is at <n>.")
	journal("systemd", "checkout.service: Failed with result 'exit-code'.")
	journal("systemd", "Started Session <n> of user app.")
	journal("sshd", "Failed password for root from <ip> port <n> ssh2")
	journal("sshd", "error: maximum authentication attempts exceeded for root from <ip> port <n> ssh2 [preauth]")
	journal("kernel", "[<n>.<n>] TCP: request_sock_TCP: Possible SYN flooding on port 8080. Sending cookies.")
	journal("dhclient", "DHCPDISCOVER on eth0 to 255.255.255.255 port 67 interval <d>")
	journal("CRON", "(root) CMD (/usr/local/bin/retry-failed-mails --dry-run)")
	journal("haproxy", "Server static/srv<d> is DOWN, reason: Layer4 connection problem, info: \"Connection refused\", check duration: 0ms. 1 active and 0 backup servers left. <d> sessions active, 0 requeued, 0 remaining in queue.")
	klog("I", "kubelet.go", "\"SyncLoop (PLEG): event for pod\" pod=\"shop/<host>\" event={\"ID\":\"<h>\",\"Type\":\"ContainerStarted\"}")
	klog("E", "pod_workers.go", "\"Error syncing pod, skipping\" err=\"failed to \\\"StartContainer\\\" for \\\"app\\\" with CrashLoopBackOff: \\\"back-off 5m0s restarting failed container=app pod=<host>\\\"\" pod=\"shop/<host>\"")
	klog("I", "request.go", "Waited for 1.0<n>s due to client-side throttling, not priority and fairness, request: GET:https://<ip>:443/apis")
	klog("W", "reflector.go", "watch of *v1.Pod ended with: too old resource version: <n> (<n>)")
	klog("E", "controller.go", "\"Reconciler error\" err=\"Operation cannot be fulfilled on widgets: the object has been modified; please apply your changes to the latest version and try again\" controller=\"widget\" name=\"w<d>\"")
	klog("I", "prober.go", "\"Probe failed\" probeType=\"Readiness\" pod=\"shop/<host>\" output=\"HTTP probe failed with statuscode: <code>\"")
	kafka("INFO", "[GroupCoordinator 1]: Preparing to rebalance group <op> in state PreparingRebalance with old generation <n> (__consumer_offsets-<d>) (kafka.coordinator.group.GroupCoordinator)")
	kafka("INFO", "[ReplicaFetcher replicaId=2, leaderId=1, fetcherId=0] Partition orders-<d> has an older epoch (<n>) than the current leader. Will await the new LeaderAndIsr state before resuming fetching. (kafka.server.ReplicaFetcherThread)")
	kafka("WARN", "[Controller id=1, targetBrokerId=2] Connection to node 2 (<host>/<ip>:9092) could not be established. Broker may not be available. (org.apache.kafka.clients.NetworkClient)")
	kafka("INFO", "[ProducerStateManager partition=orders-<d>] Wrote producer snapshot at offset <n> with 0 producer ids in <d> ms. (kafka.log.ProducerStateManager)")
	kafka("INFO", "\tretries = 2147483647 (org.apache.kafka.clients.producer.ProducerConfig)")
	kafka("INFO", "\tretry.backoff.ms = 100 (org.apache.kafka.clients.producer.ProducerConfig)")
	plain("redis", "<n>:M 12 Jan 2026 <clock>.<n> * <d> changes in 300 seconds. Saving...")
	plain("redis", "<n>:S 12 Jan 2026 <clock>.<n> * MASTER <-> REPLICA sync started")
	plain("gc", "[2026-01-12T<clock>.123+0000][<n>.<n>s][info][gc] GC(<n>) Pause Young (Normal) (G1 Evacuation Pause) <n>M->24M(512M) <ms>ms")
	plain("gc", "[<n>.<n>s][info][gc,start    ] GC(<n>) Pause Remark")
	plain("gc", "[<n>.<n>s][info][safepoint] Safepoint \"G1CollectForAllocation\", Time since last: <n> ns, Reaching safepoint: <n> ns")
	plain("events", "{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"reason\":\"BackOff\",\"message\":\"Back-off restarting failed container app in pod <host>\",\"count\":<n>,\"type\":\"Warning\",\"lastTimestamp\":\"2026-01-12T<clock>Z\"}")
	plain("envoy", "{\"start_time\":\"2026-01-12T<clock>Z\",\"method\":\"GET\",\"path\":\"<path>\",\"response_code\":<code>,\"response_flags\":\"-\",\"duration\":<n>,\"upstream_cluster\":\"<op>\"}")
}

function fill_structured() {
	zap("info", "request served", ",\"status\":<code>,\"duration_ms\":<ms>")
	zap("warn", "login attempt failed", ",\"user\":<n>,\"attempt\":<d>")
	zap("info", "retry policy loaded", ",\"max_attempts\":<d>,\"backoff\":\"1s\",\"jitter\":0.2")
	zap("error", "payment declined", ",\"retryable\":false,\"order\":<n>")
	zap("info", "job finished", ",\"attempt\":1,\"took\":\"<n>ms\"")
	zap("debug", "circuit breaker is closed", ",\"failures\":<d>")
	zap("info", "Everything is ready. Begin running and processing data.", "")
	zap("info", "starting export", ",\"kind\":\"exporter\",\"name\":\"otlp\",\"retry_on_failure\":true")
	zap("info", "Workflow done", ",\"Namespace\":\"default\",\"Attempt\":1")
	logfmt("info", "Server is ready to receive web requests.", "")
	logfmt("warn", "request failed", " status=<code> retry=false err=\"EOF\"")
	logfmt("info", "Done replaying WAL", " duration=<ms>ms")
	logfmt("info", "config loaded", " min_backoff=500ms max_backoff=5m max_retries=<d>")
	logfmt("info", "upload finished", " attempts=1 bytes=<n>")
	pino(30, "request completed", ",\"reqId\":\"r-<n>\",\"res\":{\"statusCode\":<code>},\"responseTime\":<n>")
	pino(40, "rate limit reached", ",\"retryAfter\":<d>,\"ip\":\"<ip>\"")
	pino(50, "giving up the connection", ",\"err\":{\"type\":\"Error\",\"message\":\"socket hang up\"}")
	pino(30, "listening", "")
	pino(30, "user changed the password", ",\"attempts\":<d>")
	plain("elastic", "{\"@timestamp\":\"2026-01-12T<clock>.123Z\",\"log.level\":\"INFO\",\"message\":\"[retry_index] created\",\"ecs.version\":\"1.2.0\",\"service.name\":\"ES_ECS\",\"event.dataset\":\"elasticsearch.server\",\"process.thread.name\":\"main\",\"log.logger\":\"o.e.c.m.MetadataCreateIndexService\"}")
	plain("sidekiq", "{\"ts\":\"2026-01-12T<clock>.972Z\",\"pid\":3301,\"tid\":\"ousw\",\"lvl\":\"INFO\",\"msg\":\"start\",\"ctx\":{\"class\":\"MailJob\",\"jid\":\"<h>\"}}")
	plain("gcp", "{\"insertId\":\"<h>\",\"severity\":\"INFO\",\"timestamp\":\"2026-01-12T<clock>Z\",\"jsonPayload\":{\"message\":\"login attempt\",\"attempt\":<d>},\"logName\":\"projects/p/logs/stdout\"}")
}

function fill_rails() {
	rails("Started GET \"<path>\" for <ip> at noon")
	rails("Processing by RetriesController#index as JSON")
	rails("Completed <code> OK in <n>ms (Views: <ms>ms | ActiveRecord: <ms>ms | Allocations: <n>)")
	rails("[ActiveJob] [MailJob] [<h>] Performing MailJob (Job ID: <h>) from Sidekiq(default)")
	rails("[ActiveJob] [MailJob] [<h>] Performed MailJob (Job ID: <h>) from Sidekiq(default) in <ms>ms")
	rails("  \033[1m\033[36mJob Load (<ms>ms)\033[0m  SELECT \"jobs\".* FROM \"jobs\" WHERE \"jobs\".\"attempts\" < <d>")
}

function fill_ci() {
	ci("##[group]Run actions/checkout@v4")
	ci("  with: retry-count: 3, retry-delay: 5")
	ci("tests/test_retry.py::test_retries_three_times PASSED [ <d>%]")
	ci("tests/test_retry.py::test_gives_up_after_<d>_attempts FAILED [ <d>%]")
	ci("FAILED tests/test_client.py::test_attempt_<d>_failed - AssertionError: assert 2 == 3")
	ci("E       assert call.attempts == <d>")
	ci("ok <n> - will not retry a permanent failure")
	ci("not ok <n> - it retries in the right order")
	ci("    \342\234\223 retries failed requests (<n> ms)")
	ci("    \342\234\223 does not retry when attempts are exhausted (<n> ms)")
	ci("PASS src/retry.test.ts")
	ci("--- FAIL: TestRetry/attempt_<d> (0.0<d>s)")
	ci("=== RUN   TestBackoff/attempt_<d>")
	ci("> Task :retry:compileJava UP-TO-DATE")
	ci("[INFO] Building retry 1.<d>.0-SNAPSHOT [<d>/14]")
	ci("[<d>/14] Compiling src/retry/attempt.c")
	ci("warning: unused variable 'attempt' [-Wunused-variable]")
	ci("npm warn deprecated retry@0.<d>.0: use p-retry")
	ci("Build failed after <n> attempts to find a compiler")
	ci("Summary: <n> passed, <d> failed, 0 retried")
	ci("Uploading artifact: retry-log.txt (<n> bytes)")
	ci("Error: Process completed with exit code <d>.")
	ci("- Fix: the client gave up after one attempt (#<n>)")
	ci("- Docs: say what max_retries means, and when it is not retried (#<n>)")
}

BEGIN {
	state = 20260112
	fill_spring()
	fill_python()
	fill_servers()
	fill_structured()
	fill_rails()
	fill_ci()
	if (lines == "")
		lines = 1000
	variants = 32
	expand()
	for (i = 0; i < lines; i++) {
		second = int(i * 86399 / lines)
		if (second != last || i == 0)
			now = clock()
		last = second
		k = 1 + random(kind_count)
		j = 1 + random(count[kinds[k]])
		v = random(variants)
		print before[k, j, v] (timed[k, j, v] ? now : "") after[k, j, v]
	}
}
