// SPDX-License-Identifier: MIT
#include "repodcat/benchmark.h"

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
    m_endpoint.send({{"action", "bench"}, {"n", m_times.count()}});
}

void Benchmark::receive(const QVariantMap &message)
{
    const qint64 now = m_clock.nsecsElapsed();
    const bool isAnswer = message["action"] == "bench" && message["n"] == m_times.count();
    if (!isAnswer || m_times.count() == m_count)
        return;
    m_times.add(now - m_sent);
    emit measured(m_times.count());
    if (m_times.count() == m_count)
        emit finished();
    else
        sendNext();
}

QByteArray Benchmark::report() const
{
    if (m_times.count() == 0)
        return {};
    return "round trips " + QByteArray::number(m_times.count()).rightJustified(8) + '\n'
        + m_times.report()
        + Timings::line("rate", double(m_times.count()) / m_times.totalSeconds(), "/s");
}
