// SPDX-License-Identifier: MIT
#include "repodcat/timings.h"

#include <algorithm>
#include <cmath>
#include <numeric>

double Timings::totalSeconds() const
{
    return std::accumulate(m_times.begin(), m_times.end(), 0.0) / 1e9;
}

double Timings::percentile(double part) const
{
    if (m_times.empty())
        return 0;
    std::vector<qint64> times = m_times;
    const double rank = std::max(1.0, std::ceil(part * double(times.size())));
    const auto place = times.begin() + std::ptrdiff_t(rank) - 1;
    std::nth_element(times.begin(), place, times.end());
    return double(*place) / 1e6;
}

QByteArray Timings::line(const char *name, double number, const char *unit)
{
    return QByteArray(name).leftJustified(8) + QByteArray::number(number, 'f', 3).rightJustified(12)
        + ' ' + unit + '\n';
}

QByteArray Timings::report() const
{
    if (m_times.empty())
        return {};
    const auto time = [this](const char *name, double part) {
        return line(name, percentile(part), "ms");
    };
    return time("min", 0) + time("p50", 0.5) + time("p90", 0.9) + time("p99", 0.99)
        + time("p99.9", 0.999) + time("max", 1);
}
