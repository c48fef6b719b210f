#pragma once

namespace convolab {

/// Images in a slice. A value of a network lies in memory as [channel][row][column][16 images], so that every kernel
/// is a plain loop over full vectors, whatever the size of its maps.
inline constexpr int kLanes = 16;

}  // namespace convolab
