#include "oscillators.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "cpu.h"
#include "rotary.h"

namespace stemwright {
namespace {

constexpr double kPi = 3.14159265358979323846;

void require(bool good, const char* what) {
  if (!good) throw std::invalid_argument(what);
}

bool within(double x, double least, double most) { return x >= least && x <= most; }  // false where x is not a number

void check(const OscillatorSpan& s) {
  require(s.channels == 1 || s.channels == kMaxChannels, "channels: not 1 or 2");
  require(s.samples >= 0 && s.samples <= kMaxSamples, "samples: out of range");
  require(s.start >= -kMaxPlace && s.start <= kMaxPlace, "start: out of range");
  require(s.hop >= kMinHop && s.hop <= kMaxHop && s.hop % 2 == 0, "hop: not an even number from 32 to 2048");
  require(within(s.gate, 0.0, kMaxGate), "gate: out of range");
}

void check(const OscillatorNotes& n, int channels) {
  require(n.count <= kMaxNotes, "notes: more than 65536");
  size_t frequencies = 0, amplitudes = 0, bends = 0;
  for (size_t i = 0; i < n.count; ++i) {
    require(within(n.onsets[i], -static_cast<double>(kMaxPlace), static_cast<double>(kMaxPlace)), "onsets: out of range");
    require(n.firsts[i] >= -kMaxPlace && n.firsts[i] <= kMaxPlace, "firsts: out of range");
    require(n.partials[i] >= 1 && n.partials[i] <= kMaxPartials, "partials: not 1 to 512");
    require(n.frames[i] >= 1 && n.frames[i] <= kMaxNoteFrames, "frames: not 1 to 1048576");
    const size_t partials = static_cast<size_t>(n.partials[i]), frames = static_cast<size_t>(n.frames[i]);
    frequencies += partials;
    bends += frames;
    amplitudes += frames * static_cast<size_t>(2 * channels) * partials;
  }
  require(n.all_frequencies == frequencies, "frequencies: wrong size");
  require(n.all_bends == bends, "bends: wrong size");
  require(n.all_amplitudes == amplitudes, "amplitudes: wrong size");
  for (size_t i = 0; i < frequencies; ++i)
    require(n.frequencies[i] >= 0.0 && n.frequencies[i] < 0.5, "frequencies: one is not 0 or more and below 0.5");
  for (size_t i = 0; i < bends; ++i) require(within(n.bends[i], -0.5, 1.0), "bends: one is not -0.5 to 1");
}

// The share of the frame after at each sample of a segment, filled up with zeros to whole blocks.
std::vector<float> fade_over(int hop) {
  std::vector<float> share(static_cast<size_t>(round_up(hop, kBlock)));
  double step_sine, step_cosine, sine = 0.0, cosine = 1.0;
  sine_cosine(kPi / hop, step_sine, step_cosine);
  for (int m = 0; m < hop; ++m) {
    share[static_cast<size_t>(m)] = static_cast<float>(0.5 - 0.5 * cosine);
    const double turned = cosine * step_cosine - sine * step_sine;
    sine = sine * step_cosine + cosine * step_sine;
    cosine = turned;
  }
  return share;
}

struct Note {
  double onset;
  int64_t centre;  // of the first frame
  int partials, frames;
  const double* frequencies;
  const float* amplitudes;
  const float* bends;
};

// How far a bent note is ahead of one in tune: the integral of bend, and tau made of it.
class Warp {
 public:
  void set(const Note& note, int hop) {
    note_ = &note;
    hop_ = hop;
    ahead_.assign(static_cast<size_t>(note.frames), 0.0);
    for (size_t i = 1; i < ahead_.size(); ++i)
      ahead_[i] = ahead_[i - 1] + 0.5 * hop * (static_cast<double>(note.bends[i - 1]) + static_cast<double>(note.bends[i]));
    at_onset_ = ahead(segment_of(note.onset), note.onset);
  }
  // time, rate and curve from sample n on, the centre of frame `segment`.
  void fill(int segment, int64_t n, Oscillation& o) const {
    const double place = static_cast<double>(n);
    o.time = (place - note_->onset) + (ahead(segment, place) - at_onset_);
    o.rate = 1.0 + bend(segment);
    o.curve = 0.5 * slope(segment);
  }

 private:
  int inside(int segment) const { return std::clamp(segment, 0, note_->frames - 1); }
  double bend(int segment) const { return static_cast<double>(note_->bends[inside(segment)]); }
  double slope(int segment) const { return (bend(segment + 1) - bend(segment)) / hop_; }
  double centre(int segment) const {
    return static_cast<double>(note_->centre + static_cast<int64_t>(inside(segment)) * hop_);
  }
  double ahead(int segment, double place) const {
    const double m = place - centre(segment);
    return ahead_[static_cast<size_t>(inside(segment))] + (bend(segment) * m + 0.5 * slope(segment) * (m * m));
  }
  int segment_of(double place) const {
    const double frames = (place - static_cast<double>(note_->centre)) / hop_;
    if (frames < 0.0) return -1;
    if (frames >= note_->frames) return note_->frames - 1;
    return static_cast<int>(frames);
  }

  const Note* note_ = nullptr;
  int hop_ = 0;
  std::vector<double> ahead_;  // at the centres
  double at_onset_ = 0.0;
};

class Renderer {
 public:
  Renderer(const Kernels& kernels, const OscillatorSpan& span, float* out)
      : kernels_(kernels), span_(span), fade_(fade_over(span.hop)), bank_(new OscillatorBank), out_(out) {}

  void add(const Note& note) {
    const int hop = span_.hop;
    const int64_t first = note.centre - hop, last = note.centre + static_cast<int64_t>(note.frames) * hop;
    const int64_t onset = static_cast<int64_t>(note.onset);
    const int64_t heard = static_cast<double>(onset) < note.onset ? onset + 1 : onset;
    const int64_t begin = std::max({span_.start, first, heard}), end = std::min(span_.start + span_.samples, last);
    if (begin >= end) return;
    warp_.set(note, hop);
    std::fill_n(bank_->frequencies, kMaxPartials, 0.0);
    std::copy_n(note.frequencies, note.partials, bank_->frequencies);
    bank_->tabled_rate = 0.0;
    for (int64_t s = (begin - first) / hop; first + s * hop < end; ++s)
      add_segment(note, static_cast<int>(s) - 1, first + s * hop, begin, end);
  }

 private:
  // From sample `at` on, the centre of frame `segment`, to the next centre; only [begin, end) of it is wanted.
  void add_segment(const Note& note, int segment, int64_t at, int64_t begin, int64_t end) {
    const int64_t low = std::max(at, begin), high = std::min(at + span_.hop, end);
    const int64_t row = static_cast<int64_t>(2 * span_.channels) * note.partials;
    Oscillation o;
    o.from = segment >= 0 ? note.amplitudes + segment * row : nullptr;
    o.to = segment + 1 < note.frames ? note.amplitudes + (segment + 1) * row : nullptr;
    o.fade = fade_.data();
    o.partials = note.partials;
    o.channels = span_.channels;
    o.blocks = round_up(static_cast<int>(high - at), kBlock) / kBlock;
    warp_.fill(segment, at, o);
    if (!kernels_.oscillate(o, *bank_)) return;
    open_gate(note.onset, at, low, high);
    for (int c = 0; c < span_.channels; ++c) {
      const float* made = bank_->out[c] + (low - at);
      float* to = out_ + (c * span_.samples + (low - span_.start));
      for (int64_t n = 0; n < high - low; ++n) to[n] += made[n];
    }
  }

  // Samples [low, high) of the bank, which begins at sample `at`.
  void open_gate(double onset, int64_t at, int64_t low, int64_t high) {
    for (int64_t n = low; n < high; ++n) {
      const double since = static_cast<double>(n) - onset;
      if (since >= span_.gate) return;
      const float share = static_cast<float>(since / span_.gate);
      for (int c = 0; c < span_.channels; ++c) bank_->out[c][n - at] *= share;
    }
  }

  const Kernels& kernels_;
  const OscillatorSpan& span_;
  std::vector<float> fade_;
  Warp warp_;
  std::unique_ptr<OscillatorBank> bank_;
  float* out_;
};

}  // namespace

void render(const Kernels& kernels, const OscillatorNotes& notes, const OscillatorSpan& span, float* out) {
  check(span);
  check(notes, span.channels);
  const FloatMode mode;
  Renderer renderer(kernels, span, out);
  Note note = {0.0, 0, 0, 0, notes.frequencies, notes.amplitudes, notes.bends};
  for (size_t i = 0; i < notes.count; ++i) {
    note.onset = notes.onsets[i];
    note.centre = notes.firsts[i] * span.hop + span.hop / 2;
    note.partials = notes.partials[i];
    note.frames = notes.frames[i];
    renderer.add(note);
    note.frequencies += note.partials;
    note.amplitudes += static_cast<int64_t>(note.frames) * 2 * span.channels * note.partials;
    note.bends += note.frames;
  }
}

}  // namespace stemwright
