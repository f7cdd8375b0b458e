// SPDX-License-Identifier: MIT
#include "dispatch/editdistance.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>
#include <vector>

namespace QRepod {

qsizetype editDistance(QByteArrayView a, QByteArrayView b)
{
    const auto isSame = [](char x, char y) {
        return std::tolower(uchar(x)) == std::tolower(uchar(y));
    };
    // Row by row: the distances from the letters of a so far to each prefix of b.
    std::vector<qsizetype> row(size_t(b.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 0; i < a.size(); ++i) {
        qsizetype diagonal = std::exchange(row[0], i + 1);
        for (qsizetype j = 0; j < b.size(); ++j) {
            const qsizetype replaced = diagonal + (isSame(a[i], b[j]) ? 0 : 1);
            diagonal = row[size_t(j) + 1];
            row[size_t(j) + 1] = std::min({replaced, diagonal + 1, row[size_t(j)] + 1});
        }
    }
    return row.back();
}

} // namespace QRepod
