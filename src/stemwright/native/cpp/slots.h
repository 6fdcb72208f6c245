// Which slot of the key-value cache each position takes, and which older positions stay.
#pragma once
#include <vector>

namespace stemwright {

struct Span {
  int first, last;  // positions [first, last)
};

// The cache holds `window` positions. Without retention these are the last `window`. With it, only `recent` slots go
// round; a position that leaves them and lies within a span moves to one of the other slots, which go round as well:
// so the beginnings of older phrases can be seen long after what lay between them has gone.
struct Retention {
  int recent = 0;           // 0: no retention
  std::vector<Span> spans;  // ascending, disjoint
};

class Slots {
 public:
  struct Step {
    int position;
    int slot;    // where this position's key and value go
    int keep;    // the slot that takes over what `slot` held, or -1
    int filled;  // slots to be seen by this step, its own included
  };

  Slots(int window, Retention retention);  // retention already checked
  int position() const { return position_; }
  const Retention& retention() const { return retention_; }
  Step next();
  int filled() const;  // slots that hold something
  // Whether nothing that a run up to `position` could see has been overwritten since.
  bool reaches(int position) const { return position == position_ || (position < position_ && position_ <= recent()); }
  void truncate(int position) { position_ = position; }  // where reaches(position)
  // For a step that failed: back to where `mark` was taken, if nothing has been written since.
  struct Mark {
    int position, kept;
  };
  Mark mark() const { return {position_, kept_}; }
  void back_to(Mark mark) { position_ = mark.position, kept_ = mark.kept; }
  // Steps that `retention` needs to be where `position` is: for a state that is read back.
  void skip_to(int position);

 private:
  int recent() const { return retention_.recent > 0 ? retention_.recent : window_; }
  bool retained(int position) const;

  int window_;
  Retention retention_;
  int position_ = 0;
  int kept_ = 0;  // positions moved so far
};

}  // namespace stemwright
