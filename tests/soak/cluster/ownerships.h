// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QStringList>

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

//! Which node acted as the owner of which room, and when: no two at the same time.
class Ownerships
{
public:
    //! One period during which a node owns a room, from its first act to its last.
    struct Owner
    {
        int node;
        int start;  // of its process, counted from the first
        int number; // counted by the process

        friend bool operator<(const Owner &a, const Owner &b)
        {
            return std::tie(a.node, a.start, a.number) < std::tie(b.node, b.start, b.number);
        }
    };

    explicit Ownerships(int rooms)
        : m_rooms(size_t(rooms))
    {
    }

    int count() const { return int(m_rooms.size()); }
    qint64 acts() const { return m_acts; }
    qint64 owners() const;

    //! Acts arrive in order for each process, but not in the order of the machine's clock.
    void acted(int room, const Owner &owner, qint64 time)
    {
        ++m_acts;
        Span &span = m_rooms.at(size_t(room)).try_emplace(owner, Span{time, time}).first->second;
        span.first = std::min(span.first, time);
        span.last = std::max(span.last, time);
    }

    //! Returns one text for each pair that has owned a room at the same time.
    QStringList overlaps() const;

    //! Returns how many rooms have an owner that has acted since \a time, by the machine's clock.
    int ownedSince(qint64 time) const
    {
        return int(std::count_if(m_rooms.begin(), m_rooms.end(), [time](const Spans &spans) {
            return std::any_of(spans.begin(), spans.end(),
                               [time](const auto &each) { return each.second.last >= time; });
        }));
    }

private:
    struct Span // nanoseconds
    {
        qint64 first;
        qint64 last;
    };
    using Spans = std::map<Owner, Span>;

    std::vector<Spans> m_rooms;
    qint64 m_acts = 0;
};

inline qint64 Ownerships::owners() const
{
    qint64 sum = 0;
    for (const Spans &spans : m_rooms)
        sum += qint64(spans.size());
    return sum;
}

inline QStringList Ownerships::overlaps() const
{
    QStringList texts;
    for (size_t room = 0; room < m_rooms.size(); ++room) {
        std::vector<std::pair<Span, int>> spans; // with the owner's node
        for (const auto &[owner, span] : m_rooms[room])
            spans.emplace_back(span, owner.node);
        std::sort(spans.begin(), spans.end(),
                  [](const auto &a, const auto &b) { return a.first.first < b.first.first; });
        for (size_t i = 1; i < spans.size(); ++i) {
            const qint64 overlap = spans[i - 1].first.last - spans[i].first.first;
            if (overlap > 0)
                texts << QString("arena%1 had two owners, nodes %2 and %3, for %4 ms")
                             .arg(room)
                             .arg(spans[i - 1].second)
                             .arg(spans[i].second)
                             .arg(double(overlap) / 1e6);
        }
    }
    return texts;
}
