// SPDX-License-Identifier: MIT
#include "repodcat/benchmark.h"

#include <algorithm>
#include <cmath>

namespace {

//! The time that \a part of the \a sorted ones do not exceed: nearest rank.
qint64 percentile(const std::vector<qint64> &sorted, double part)
{
    const double rank = std::ceil(part * double(sorted.size()));
    return sorted[size_t(std::max(rank, 1.0)) - 1];
}

} // namespace

Benchmark::Benchmark(Endpoint &endpoint, qint64 count)
    : m_endpoint(endpoint)
    , m_count(count)
{
    m_times.reserve(size_t(count));
    connect(&endpoint, &Endpoint::received, this,
            [this](int, const QVariantMap &message) { receive(message); });
}

void Benchmark::start()
{
    m_clock.start();
    sendNext();
}

void Benchmark::sendNext()
{
    m_sent = m_clock.nsecsElapsed();
    m_endpoint.send({{"action", "bench"}, {"n", qint64(m_times.size())}});
}

void Benchmark::receive(const QVariantMap &message)
{
    const qint64 now = m_clock.nsecsElapsed();
    const bool isAnswer = message["action"] == "bench" && message["n"] == qint64(m_times.size());
    if (!isAnswer || qint64(m_times.size()) == m_count)
        return;
    m_times.push_back(now - m_sent);
    emit measured(qint64(m_times.size()));
    if (qint64(m_times.size()) == m_count)
        emit finished();
    else
        sendNext();
}

QByteArray Benchmark::report() const
{
    if (m_times.empty())
        return {};
    std::vector<qint64> sorted = m_times;
    std::sort(sorted.begin(), sorted.end());
    const auto line = [](const char *name, double number, const char *unit) {
        return QByteArray(name).leftJustified(8)
            + QByteArray::number(number, 'f', 3).rightJustified(12) + ' ' + unit + '\n';
    };
    const auto time = [&](const char *name, double part) {
        return line(name, double(percentile(sorted, part)) / 1e6, "ms");
    };
    double total = 0;
    for (qint64 each : sorted)
        total += double(each) / 1e9;
    return "round trips " + QByteArray::number(qint64(sorted.size())).rightJustified(8) + '\n'
        + time("min", 0) + time("p50", 0.5) + time("p90", 0.9) + time("p99", 0.99)
        + time("p99.9", 0.999) + time("max", 1) + line("rate", double(sorted.size()) / total, "/s");
}
