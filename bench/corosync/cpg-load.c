/*
 * One member's load on a corosync closed process group: so many messages outstanding at any time,
 * each measured from its multicast to its own delivery. With none outstanding it only takes what
 * the others say, as every member does.
 *
 *     cpg-load MEMBERS OUTSTANDING SIZE_BYTES WARM_UP_MS MEASURED_MS
 *
 * Waits until MEMBERS have joined. Prints the measured milliseconds, then each latency in
 * microseconds, one a line. Stays a moment longer than it measures, so that its processor time can
 * still be read.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <corosync/corotypes.h>
#include <corosync/cpg.h>

#define JOIN_MAX_MS 20000
#define DRAIN_MAX_MS 2000
#define LINGER_MS 1000

/* What a message begins with. */
struct header {
	uint64_t sent_ns;
	uint64_t is_measured;
};

struct load {
	cpg_handle_t handle;
	int fd;
	uint32_t own_node;
	uint32_t own_pid;
	size_t members;
	size_t joined;
	int due;       /* to be sent as soon as corosync takes them */
	int under_way; /* sent, and not delivered here */
	int is_sending;
	int is_measured;
	char *message;
	size_t size;
	uint32_t *latencies_us;
	size_t count;
	size_t room;
};

static struct load load;

static uint64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void fail(const char *what, int code)
{
	fprintf(stderr, "cpg-load: %s: %d\n", what, code);
	exit(1);
}

static void note(uint64_t taken_ns)
{
	if (load.count == load.room) {
		load.room = load.room == 0 ? 65536 : 2 * load.room;
		load.latencies_us = realloc(load.latencies_us, load.room * sizeof(uint32_t));
		if (load.latencies_us == NULL)
			fail("no memory", ENOMEM);
	}
	load.latencies_us[load.count++] = (uint32_t)(taken_ns / 1000);
}

static void delivered(cpg_handle_t handle, const struct cpg_name *group, uint32_t node, uint32_t pid,
		      void *bytes, size_t size)
{
	struct header header;
	(void)handle;
	(void)group;
	if (node != load.own_node || pid != load.own_pid || size < sizeof(header))
		return;
	memcpy(&header, bytes, sizeof(header));
	load.under_way -= 1;
	if (header.is_measured && load.is_measured)
		note(now_ns() - header.sent_ns);
	if (load.is_sending)
		load.due += 1;
}

static void changed(cpg_handle_t handle, const struct cpg_name *group,
		    const struct cpg_address *members, size_t count, const struct cpg_address *left,
		    size_t left_count, const struct cpg_address *joined, size_t joined_count)
{
	(void)handle;
	(void)group;
	(void)members;
	(void)left;
	(void)left_count;
	(void)joined;
	(void)joined_count;
	load.joined = count;
}

static void send_due(void)
{
	while (load.due > 0) {
		struct header header = { now_ns(), (uint64_t)load.is_measured };
		struct iovec part = { load.message, load.size };
		cs_error_t result;
		memcpy(load.message, &header, sizeof(header));
		result = cpg_mcast_joined(load.handle, CPG_TYPE_AGREED, &part, 1);
		if (result == CS_ERR_TRY_AGAIN)
			return; /* flow control: again after the next delivery, or soon */
		if (result != CS_OK)
			fail("a message is not taken", result);
		load.due -= 1;
		load.under_way += 1;
	}
}

/* Sends and takes for so long, at most; ends early when `is_done` says so. */
static void run(uint64_t during_ms, int (*is_done)(void))
{
	uint64_t end_ns = now_ns() + during_ms * 1000000u;
	while (now_ns() < end_ns && !(is_done != NULL && is_done())) {
		struct pollfd waiting = { load.fd, POLLIN, 0 };
		send_due();
		if (poll(&waiting, 1, load.due > 0 ? 1 : 20) < 0 && errno != EINTR)
			fail("poll", errno);
		if (waiting.revents != 0) {
			cs_error_t result = cpg_dispatch(load.handle, CS_DISPATCH_ALL);
			if (result != CS_OK && result != CS_ERR_TRY_AGAIN)
				fail("the daemon is gone", result);
		}
	}
}

static int have_all_joined(void)
{
	return load.joined >= load.members;
}

static int is_drained(void)
{
	return load.under_way == 0;
}

int main(int argc, char **argv)
{
	cpg_callbacks_t callbacks = { .cpg_deliver_fn = delivered, .cpg_confchg_fn = changed };
	struct cpg_name group = { .length = 5, .value = "agora" };
	uint64_t begun_ns;
	uint64_t ended_ns;
	int outstanding;
	cs_error_t result;

	if (argc != 6) {
		fprintf(stderr, "usage: cpg-load MEMBERS OUTSTANDING SIZE WARM_UP_MS MEASURED_MS\n");
		return 2;
	}
	load.members = strtoul(argv[1], NULL, 10);
	outstanding = atoi(argv[2]);
	load.size = strtoul(argv[3], NULL, 10);
	if (load.size < sizeof(struct header))
		load.size = sizeof(struct header);
	load.message = calloc(1, load.size);
	load.own_pid = (uint32_t)getpid();

	result = cpg_initialize(&load.handle, &callbacks);
	if (result != CS_OK)
		fail("no daemon", result);
	if ((result = cpg_local_get(load.handle, &load.own_node)) != CS_OK)
		fail("no node id", result);
	if ((result = cpg_fd_get(load.handle, &load.fd)) != CS_OK)
		fail("no descriptor", result);
	while ((result = cpg_join(load.handle, &group)) == CS_ERR_TRY_AGAIN)
		usleep(10000);
	if (result != CS_OK)
		fail("the group cannot be joined", result);
	run(JOIN_MAX_MS, have_all_joined);
	if (!have_all_joined())
		fail("members are missing", (int)load.joined);

	load.is_sending = outstanding > 0;
	load.due = outstanding;
	run(strtoul(argv[4], NULL, 10), NULL);
	load.is_measured = 1;
	begun_ns = now_ns();
	run(strtoul(argv[5], NULL, 10), NULL);
	ended_ns = now_ns();
	load.is_measured = 0;
	load.is_sending = 0;
	load.due = 0;
	run(DRAIN_MAX_MS, is_drained);
	run(LINGER_MS, NULL);

	printf("%.3f\n", (double)(ended_ns - begun_ns) / 1e6);
	for (size_t at = 0; at < load.count; at += 1)
		printf("%u\n", load.latencies_us[at]);
	cpg_finalize(load.handle);
	return 0;
}
