// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QList>

#include <algorithm>

//! The latest round trips and their statistics. Times are in nanoseconds.
class RoundTrips
{
public:
    //! Keeps the latest \a maximum round trips; 0 for all.
    explicit RoundTrips(qsizetype maximum = 0)
        : m_maximum(maximum)
    {
    }

    void add(qint64 roundTrip)
    {
        if (m_maximum > 0 && m_values.size() == m_maximum)
            m_values.removeFirst();
        m_values.append(roundTrip);
    }

    const QList<qint64> &values() const { return m_values; }
    bool isEmpty() const { return m_values.isEmpty(); }

    //! Returns the value that \a percent of the values do not exceed: 0 is the minimum, 100 the
    //! maximum.
    qint64 percentile(int percent) const
    {
        if (isEmpty())
            return 0;
        QList<qint64> values = m_values;
        const auto at = values.begin() + (values.size() - 1) * percent / 100;
        std::nth_element(values.begin(), at, values.end());
        return *at;
    }

private:
    qsizetype m_maximum;
    QList<qint64> m_values;
};
