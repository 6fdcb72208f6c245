/* A libjack that does what no real server does on demand. Environment: FAKE_JACK = what happens after the 20th block:
   "rate" (the server changes its rate), "gone" (it throws the client out), "late" (7 blocks are left out), "full" (no
   MIDI is taken in blocks 20 to 29). Blocks are of 64 frames and come as fast as they are done with. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 64, PORTS = 32 };
static struct {
  int (*process)(uint32_t, void *), (*rate)(uint32_t, void *), (*xrun)(void *);
  void (*gone)(int, const char *, void *);
  void *process_it, *rate_it, *xrun_it, *gone_it;
  volatile int running;
  uint32_t time, block;
  pthread_t thread;
} me;
static float buffers[PORTS][FRAMES];
static int ports;

static int is(const char *what) { const char *it = getenv("FAKE_JACK"); return it && !strcmp(it, what); }

static void *run(void *unused) {
  (void)unused;
  while (me.running) {
    if (++me.block == 20) {
      if (is("rate")) me.rate(44100, me.rate_it);
      if (is("late")) me.time += 7 * FRAMES, me.xrun(me.xrun_it);
      if (is("gone")) { me.gone(1, "too slow", me.gone_it); return NULL; }
    }
    me.process(FRAMES, me.process_it);
    me.time += FRAMES;
    usleep(500);
  }
  return NULL;
}

void *jack_client_open(const char *name, int options, int *status, ...) { (void)name; (void)options; *status = 0; return &me; }
int jack_client_close(void *it) { (void)it; if (me.running) { me.running = 0; pthread_join(me.thread, NULL); } return 0; }
const char *jack_get_client_name(void *it) { (void)it; return "fake"; }
int jack_activate(void *it) { (void)it; me.running = 1; return pthread_create(&me.thread, NULL, run, NULL); }
int jack_deactivate(void *it) { (void)it; return 0; }
uint32_t jack_get_sample_rate(void *it) { (void)it; return 48000; }
uint32_t jack_get_buffer_size(void *it) { (void)it; return FRAMES; }
int jack_is_realtime(void *it) { (void)it; return 0; }
uint32_t jack_last_frame_time(const void *it) { (void)it; return me.time; }
int jack_set_process_callback(void *it, int (*f)(uint32_t, void *), void *arg) { (void)it; me.process = f; me.process_it = arg; return 0; }
int jack_set_sample_rate_callback(void *it, int (*f)(uint32_t, void *), void *arg) { (void)it; me.rate = f; me.rate_it = arg; return 0; }
int jack_set_buffer_size_callback(void *it, int (*f)(uint32_t, void *), void *arg) { (void)it; (void)f; (void)arg; return 0; }
int jack_set_xrun_callback(void *it, int (*f)(void *), void *arg) { (void)it; me.xrun = f; me.xrun_it = arg; return 0; }
void jack_on_info_shutdown(void *it, void (*f)(int, const char *, void *), void *arg) { (void)it; me.gone = f; me.gone_it = arg; }
void *jack_port_register(void *it, const char *name, const char *type, unsigned long flags, unsigned long size) {
  (void)it; (void)name; (void)type; (void)flags; (void)size;
  return ports < PORTS ? buffers[ports++] : NULL;
}
void *jack_port_get_buffer(void *port, uint32_t frames) { (void)frames; return port; }
const char *jack_port_name(const void *port) { (void)port; return "fake:port"; }
int jack_port_connected(const void *port) { (void)port; return 0; }
const char **jack_get_ports(void *it, const char *name, const char *type, unsigned long flags) { (void)it; (void)name; (void)type; (void)flags; return NULL; }
int jack_connect(void *it, const char *from, const char *to) { (void)it; (void)from; (void)to; return 0; }
void jack_free(void *it) { (void)it; }
uint32_t jack_midi_get_event_count(void *buffer) { (void)buffer; return 0; }
int jack_midi_event_get(void *event, void *buffer, uint32_t index) { (void)event; (void)buffer; (void)index; return ENODATA; }
void jack_midi_clear_buffer(void *buffer) { (void)buffer; }
int jack_midi_event_write(void *buffer, uint32_t time, const unsigned char *data, size_t size) {
  (void)buffer; (void)size;
  if (is("full") && me.block >= 20 && me.block < 30) return ENOBUFS;
  printf("%u %u %02x%02x\n", me.time, time, data[0], data[1]);
  fflush(stdout);
  return 0;
}
void jack_set_error_function(void (*f)(const char *)) { (void)f; }
void jack_set_info_function(void (*f)(const char *)) { (void)f; }
