// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>

#include <vector>

//! Times in nanoseconds, and what can be said about them.
class Timings
{
public:
    void reserve(size_t count) { m_times.reserve(count); }
    void add(qint64 nanoseconds) { m_times.push_back(nanoseconds); }
    qint64 count() const { return qint64(m_times.size()); }
    double totalSeconds() const;

    //! What a \a part of them do not exceed, in milliseconds: nearest rank. 0 if there are none.
    double percentile(double part) const;

    //! Percentiles, a line each; empty if there are none.
    QByteArray report() const;

    //! A line of a report.
    static QByteArray line(const char *name, double number, const char *unit);

private:
    std::vector<qint64> m_times;
};
