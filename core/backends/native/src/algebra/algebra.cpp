#include "algebra.h"

#include <algorithm>
#include <vector>

#include "../program/team.h"
#include "../simd/table.h"

namespace convolab {

namespace {

/// Depth that is gone through at once: a panel of B then fits the second cache.
constexpr int kDepth = 256;

/// Parts into which the rows of a symmetric product are dealt out: one sum each, whatever the number of threads.
constexpr int kParts = 8;

int partsOf(int count, int each) { return (count + each - 1) / each; }

/// Columns [first, first + width) of rows [depth][columns] one after the other, filled up with zeros.
void pack(const double* from, int depth, int columns, int first, int width, double* to) {
  const int there = std::min(width, columns - first);
  for (int k = 0; k < depth; k++, from += columns, to += width) {
    std::copy_n(from + first, there, to);
    std::fill(to + there, to + width, 0.0);
  }
}

struct Tiles {
  const Kernels& kernels;
  const Product& product;
  int depth;
  /// Of A, [tiles of rows][depth][kDoubleTileRows]
  const double* packed;
};

/// One column of tiles, from a panel of B [depth][tileColumns].
void addTiles(const Tiles& tiles, int column, const double* panel, double* tile, double* c) {
  const int rows = tiles.product.rows, columns = tiles.product.columns;
  const int width = tiles.kernels.tileColumns;
  const int there = std::min(width, columns - column);
  const int last = tiles.product.upper ? std::min(rows, column + width) : rows;
  for (int row = 0; row < last; row += kDoubleTileRows) {
    const int tall = std::min(kDoubleTileRows, rows - row);
    for (int m = 0; m < tall; m++) {
      std::copy_n(c + int64_t{row + m} * columns + column, there, tile + m * width);
    }
    tiles.kernels.multiplyTile(tiles.depth, tiles.packed + int64_t{row} * tiles.depth, panel, tile);
    for (int m = 0; m < tall; m++) {
      std::copy_n(tile + m * width, there, c + int64_t{row + m} * columns + column);
    }
  }
}

template <typename Work>
void eachPanel(int size, const Workers& workers, Work work) {
  Team team(workers.threads);
  team.run([&](int) { team.share(partsOf(size, kPanelColumns), work); });
}

}  // namespace

void addProduct(const Product& product, const double* a, const double* b, double* c, const Workers& workers) {
  const int width = workers.kernels.tileColumns;
  const int rowTiles = partsOf(product.rows, kDoubleTileRows);
  const int columnTiles = partsOf(product.columns, width);
  std::vector<double> packed(static_cast<size_t>(rowTiles) * kDoubleTileRows * kDepth);
  Team team(workers.threads);
  team.run([&](int) {
    std::vector<double> panel(static_cast<size_t>(width) * kDepth), tile(static_cast<size_t>(width) * kDoubleTileRows);
    for (int first = 0; first < product.depth; first += kDepth) {
      const int depth = std::min(kDepth, product.depth - first);
      const double* below = a + int64_t{first} * product.rows;
      team.share(rowTiles, [&](int k) {
        const int row = k * kDoubleTileRows;
        pack(below, depth, product.rows, row, kDoubleTileRows, packed.data() + int64_t{row} * depth);
      });
      team.share(columnTiles, [&](int k) {
        // The last columns of an upper triangle are the longest.
        const int column = (columnTiles - 1 - k) * width;
        pack(b + int64_t{first} * product.columns, depth, product.columns, column, width, panel.data());
        addTiles({workers.kernels, product, depth, packed.data()}, column, panel.data(), tile.data(), c);
      });
    }
  });
}

void updateAndMultiply(const RankTwoUpdate& update, double* a, double* p, const Workers& workers) {
  const int size = update.size, from = update.from;
  const double *v = update.v, *w = update.w, *x = update.x;
  std::vector<double> sums(static_cast<size_t>(kParts) * static_cast<size_t>(size));
  const auto part = [&](int k) {
    double* sum = sums.data() + int64_t{k} * size;
    for (int row = from + k; row < size; row += kParts) {
      double* line = a + int64_t{row} * size;
      line[row] -= 2 * v[row] * w[row];
      const int next = row + 1;
      const double product =
          workers.kernels.updateRow(size - next, v[row], w[row], x[row], v + next, w + next, x + next, line + next,
                                    sum + next);
      sum[row] += line[row] * x[row] + product;
    }
  };
  Team team(workers.threads);
  team.run([&](int) { team.share(kParts, part); });
  for (int row = from; row < size; row++) {
    p[row] = 0;
    for (int k = 0; k < kParts; k++) p[row] += sums[static_cast<size_t>(k * size + row)];
  }
}

int64_t panelElements(int size) { return int64_t{partsOf(size, kPanelColumns)} * kPanelColumns * size; }

void reflect(int size, int from, int to, const double* a, const double* taus, double* panels, const Workers& workers) {
  eachPanel(size, workers, [&](int k) {
    double* panel = panels + int64_t{k} * size * kPanelColumns;
    for (int at = from; at < to; at++) {
      const int row = at + 1;
      workers.kernels.reflectPanel(size - row, taus[at], a + int64_t{at} * size + row, panel + int64_t{row} * kPanelColumns);
    }
  });
}

void rotate(int size, int64_t count, const uint32_t* rows, const double* turns, double* panels, const Workers& workers) {
  eachPanel(size, workers, [&](int k) {
    workers.kernels.rotatePanel(count, rows, turns, panels + int64_t{k} * size * kPanelColumns);
  });
}

}  // namespace convolab
