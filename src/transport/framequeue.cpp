// SPDX-License-Identifier: MIT
#include "transport/framequeue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace QRepod {

namespace {

// Frames below this size are merged into one part, and so one write; larger ones are passed on
// without a copy.
constexpr qsizetype partSize = 64 * 1024;

} // namespace

void FrameQueue::append(QByteArrayView bytes, const QByteArray *owner)
{
    if (!m_parts.empty() && m_parts.back().size() + bytes.size() < partSize)
        m_parts.back().append(bytes);
    else
        m_parts.push_back(owner ? *owner : bytes.toByteArray());
}

void FrameQueue::appendLatest(const QByteArray &frame, const QString &action, qint64 number)
{
    append(frame, &frame);
    const qsizetype size = frame.size();
    m_latest.push_back({action, number, m_parts.size() - 1, m_parts.back().size() - size, size});
    m_latestBytes += size;
}

std::optional<FrameQueue::Replaced> FrameQueue::replaceLatest(const QByteArray &frame,
                                                              const QString &action)
{
    const auto last = std::find_if(m_latest.rbegin(), m_latest.rend(),
                                   [&](const Latest &latest) { return latest.action == action; });
    if (last == m_latest.rend())
        return {};
    const auto place = std::prev(last.base());
    QByteArray &part = m_parts[place->part];
    if (place->size == part.size())
        part = frame;
    else
        part.replace(place->offset, place->size, frame);
    const qsizetype growth = frame.size() - std::exchange(place->size, frame.size());
    for (auto next = last.base(); next != m_latest.end() && next->part == place->part; ++next)
        next->offset += growth;
    m_latestBytes += growth;
    return Replaced{place->number, growth};
}

FrameQueue FrameQueue::takeReplaceable(size_t part, qsizetype offset)
{
    const auto first = std::find_if(m_latest.begin(), m_latest.end(), [&](const Latest &latest) {
        return latest.part > part || (latest.part == part && latest.offset >= offset);
    });
    FrameQueue taken;
    if (first != m_latest.end()) {
        const size_t firstPart = first->part;
        const qsizetype before = first->offset; // frames in front of it, in the same part
        const auto begin = m_parts.begin() + std::ptrdiff_t(firstPart);
        taken.m_parts.assign(std::make_move_iterator(begin),
                             std::make_move_iterator(m_parts.end()));
        m_parts.erase(begin, m_parts.end());
        if (before > 0) {
            QByteArray &whole = taken.m_parts.front();
            m_parts.push_back(whole.first(before));
            whole.remove(0, before);
        }
        taken.m_latest.assign(std::make_move_iterator(first),
                              std::make_move_iterator(m_latest.end()));
        for (Latest &latest : taken.m_latest) {
            latest.part -= firstPart;
            latest.offset -= latest.part == 0 ? before : 0;
            taken.m_latestBytes += latest.size;
        }
    }
    m_latest.clear();
    m_latestBytes = 0;
    return taken;
}

void FrameQueue::prepend(FrameQueue &&before)
{
    for (Latest &latest : m_latest)
        latest.part += before.m_parts.size();
    before.m_parts.insert(before.m_parts.end(), std::make_move_iterator(m_parts.begin()),
                          std::make_move_iterator(m_parts.end()));
    before.m_latest.insert(before.m_latest.end(), std::make_move_iterator(m_latest.begin()),
                           std::make_move_iterator(m_latest.end()));
    before.m_latestBytes += m_latestBytes;
    *this = std::move(before);
}

} // namespace QRepod
