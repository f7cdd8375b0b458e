// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>

#include <vector>

//! Times in nanoseconds, and their statistics.
class Timings
{
public:
    void reserve(size_t count) { m_times.reserve(count); }
    void add(qint64 nanoseconds) { m_times.push_back(nanoseconds); }
    qint64 count() const { return qint64(m_times.size()); }
    double totalSeconds() const;

    //! Returns the time that a \a part of them do not exceed, in milliseconds (nearest rank); 0 if
    //! there are none.
    double percentile(double part) const;

    //! Returns percentiles, one per line; empty if there are no times.
    QByteArray report() const;

    //! Returns one line of a report.
    static QByteArray line(const char *name, double number, const char *unit);

private:
    std::vector<qint64> m_times;
};
