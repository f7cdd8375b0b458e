// SPDX-License-Identifier: MIT
#include "lag_time/lagprobe.h"

#include <QtCore/QTimer>

#include <chrono>
#include <cmath>

using namespace std::chrono_literals;

namespace {

constexpr qsizetype shown = 300;
constexpr auto answerDelay = 20ms;
constexpr int partCount = 48;      // of the distribution
constexpr double shortest = 0.001; // milliseconds; shorter times count as this

double milliseconds(qint64 nanoseconds)
{
    return double(nanoseconds) / 1e6;
}

} // namespace

LagProbe::LagProbe()
    : m_roundTrips(shown)
{
    setAutoPump(true);
    setReconnect(true);
}

QList<double> LagProbe::roundTrips() const
{
    QList<double> values;
    for (const qint64 roundTrip : m_roundTrips.values())
        values.append(milliseconds(roundTrip));
    return values;
}

double LagProbe::percentile(int percent) const
{
    return milliseconds(m_roundTrips.percentile(percent));
}

double LagProbe::lowest() const
{
    return std::pow(10, std::floor(std::log10(std::max(minimum(), shortest))));
}

double LagProbe::highest() const
{
    return std::max(std::pow(10, std::ceil(std::log10(std::max(maximum(), shortest)))),
                    10 * lowest());
}

QList<double> LagProbe::distribution() const
{
    QList<double> parts(partCount);
    const double decades = std::log10(highest() / lowest());
    for (const double roundTrip : roundTrips()) {
        const double part = std::log10(std::max(roundTrip, shortest) / lowest()) / decades;
        ++parts[std::clamp(int(part * partCount), 0, partCount - 1)];
    }
    const double most = *std::max_element(parts.cbegin(), parts.cend());
    for (double &part : parts)
        part /= std::max(most, 1.0);
    return parts;
}

void LagProbe::Network_connected()
{
    m_sinceAnswer.invalidate(); // the first ping is not an answer
}

void LagProbe::Network_ping(int count)
{
    if (m_sinceAnswer.isValid()) {
        m_roundTrips.add(m_sinceAnswer.nsecsElapsed());
        ++m_count;
        emit measured();
    }
    QTimer::singleShot(answerDelay, Qt::PreciseTimer, this, [this, count] { answer(count); });
}

void LagProbe::answer(int count)
{
    m_sinceAnswer.start();
    send("ping", {{"count", count}});
}
