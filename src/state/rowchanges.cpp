// SPDX-License-Identifier: MIT
#include "state/rowchanges.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace QRepod {

namespace {

constexpr int none = -1;

// Each block that moves is searched for among the rows. This bounds the steps for a large shuffle.
constexpr size_t maximumCost = 20'000'000;

using Positions = std::unordered_map<RowId, int>;

//! Computes the changes between two orders whose ends differ; rows are counted from `offset`.
class Comparison
{
public:
    Comparison(std::vector<RowId> before, std::vector<RowId> after, int offset)
        : m_rows(std::move(before))
        , m_after(std::move(after))
        , m_offset(offset)
    {
        m_target.reserve(m_after.size());
        for (size_t i = 0; i < m_after.size(); ++i)
            m_target.emplace(m_after[i], int(i));
    }

    std::optional<std::vector<RowChange>> run()
    {
        remove();
        if (!move())
            return std::nullopt;
        insert();
        return std::move(m_changes);
    }

private:
    using Kind = RowChange::Kind;

    void add(Kind kind, size_t row, size_t count, size_t to = 0)
    {
        const int target = kind == Kind::Move ? int(to) + m_offset : 0;
        m_changes.push_back({kind, int(row) + m_offset, int(count), target});
    }

    int targetOf(RowId id) const
    {
        const auto place = m_target.find(id);
        return place == m_target.end() ? none : place->second;
    }

    void remove();
    bool move();
    void insert();
    std::vector<bool> standing() const;
    void moveBlock(size_t first, size_t &index, const std::vector<RowId> &kept,
                   const std::vector<bool> &stands);

    std::vector<RowId> m_rows; // as they are after the changes so far
    const std::vector<RowId> m_after;
    const int m_offset;
    Positions m_target; // in m_after
    std::vector<RowChange> m_changes;
};

//! Starts at the end, so that earlier rows keep their numbers.
void Comparison::remove()
{
    for (size_t end = m_rows.size(); end > 0;) {
        size_t begin = end;
        while (begin > 0 && targetOf(m_rows[begin - 1]) == none)
            --begin;
        if (begin == end) {
            --end;
            continue;
        }
        add(Kind::Remove, begin, end - begin);
        end = begin;
    }
    std::erase_if(m_rows, [this](RowId id) { return targetOf(id) == none; });
}

//! Returns for each row of the new order whether it was there before and can stay where it is: the
//! longest ascending subsequence.
std::vector<bool> Comparison::standing() const
{
    std::vector<size_t> lasts; // for each length, the last row in m_rows of the best sequence
    std::vector<int> previous(m_rows.size(), none);
    const auto isBefore = [this](size_t row, int target) { return targetOf(m_rows[row]) < target; };
    for (size_t row = 0; row < m_rows.size(); ++row) {
        const auto place =
            std::lower_bound(lasts.begin(), lasts.end(), targetOf(m_rows[row]), isBefore);
        if (place != lasts.begin())
            previous[row] = int(*(place - 1));
        if (place == lasts.end())
            lasts.push_back(row);
        else
            *place = row;
    }
    std::vector<bool> stands(m_after.size());
    for (int row = lasts.empty() ? none : int(lasts.back()); row != none;
         row = previous[size_t(row)])
        stands[size_t(targetOf(m_rows[size_t(row)]))] = true;
    return stands;
}

//! Moves each row that cannot stay behind its predecessor in the new order.
bool Comparison::move()
{
    if (std::is_sorted(m_rows.begin(), m_rows.end(),
                       [this](RowId a, RowId b) { return targetOf(a) < targetOf(b); }))
        return true;
    const std::vector<bool> byTarget = standing();
    std::vector<RowId> kept; // the rows of m_rows in the new order
    std::vector<bool> stands;
    kept.reserve(m_rows.size());
    const Positions present = [this] {
        Positions positions;
        for (const RowId id : m_rows)
            positions.emplace(id, 0);
        return positions;
    }();
    for (size_t i = 0; i < m_after.size(); ++i) {
        if (present.contains(m_after[i])) {
            kept.push_back(m_after[i]);
            stands.push_back(byTarget[i]);
        }
    }
    const auto moving = size_t(std::count(stands.begin(), stands.end(), false));
    if (moving * m_rows.size() > maximumCost)
        return false;
    for (size_t i = 0; i < kept.size();) {
        if (stands[i])
            ++i;
        else
            moveBlock(i, i, kept, stands);
    }
    return true;
}

//! Moves the row kept[\a first], and those after it that are its neighbours already. Advances
//! \a index past them.
void Comparison::moveBlock(size_t first, size_t &index, const std::vector<RowId> &kept,
                           const std::vector<bool> &stands)
{
    const auto rowOf = [this](RowId id) {
        return size_t(std::find(m_rows.begin(), m_rows.end(), id) - m_rows.begin());
    };
    const size_t row = rowOf(kept[first]);
    size_t count = 1;
    while (first + count < kept.size() && !stands[first + count] && row + count < m_rows.size()
           && m_rows[row + count] == kept[first + count])
        ++count;
    index = first + count;
    size_t to = first == 0 ? 0 : rowOf(kept[first - 1]) + 1;
    if (to == row)
        return;
    const auto at = [this](size_t place) { return m_rows.begin() + std::ptrdiff_t(place); };
    if (to > row) {
        std::rotate(at(row), at(row + count), at(to));
        to -= count;
    } else {
        std::rotate(at(to), at(row), at(row + count));
    }
    add(Kind::Move, row, count, to);
}

void Comparison::insert()
{
    Positions present;
    for (const RowId id : m_rows)
        present.emplace(id, 0);
    for (size_t begin = 0; begin < m_after.size();) {
        size_t end = begin;
        while (end < m_after.size() && !present.contains(m_after[end]))
            ++end;
        if (end > begin)
            add(Kind::Insert, begin, end - begin);
        begin = end + 1;
    }
}

} // namespace

std::optional<std::vector<RowChange>> rowChanges(const std::vector<RowId> &before,
                                                 const std::vector<RowId> &after)
{
    // Usually little differs, so compare only what is between the common beginning and end.
    const auto [firstBefore, firstAfter] =
        std::mismatch(before.begin(), before.end(), after.begin(), after.end());
    const auto [lastBefore, lastAfter] =
        std::mismatch(before.rbegin(), std::make_reverse_iterator(firstBefore), after.rbegin(),
                      std::make_reverse_iterator(firstAfter));
    std::vector<RowId> middleBefore(firstBefore, lastBefore.base());
    std::vector<RowId> middleAfter(firstAfter, lastAfter.base());
    if (middleBefore.empty() && middleAfter.empty())
        return std::vector<RowChange>();
    return Comparison(std::move(middleBefore), std::move(middleAfter),
                      int(firstBefore - before.begin()))
        .run();
}

} // namespace QRepod
