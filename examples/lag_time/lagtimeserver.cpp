// SPDX-License-Identifier: MIT
#include "lag_time/lagtimeserver.h"

#include <QtCore/QTextStream>

namespace {

QTextStream out(stdout);

QString inMilliseconds(qint64 nanoseconds)
{
    return QString::number(double(nanoseconds) / 1e6, 'f', 3) + " ms";
}

} // namespace

LagTimeServer::LagTimeServer()
{
    setChannelClass<LagTimeChannel>();
}

void LagTimeChannel::Network_connected()
{
    out << "Client " << address() << " connected" << Qt::endl;
    ping();
}

void LagTimeChannel::Network_ping(int count)
{
    const qint64 roundTrip = m_sent.nsecsElapsed();
    m_roundTrips.add(roundTrip);
    if (static_cast<LagTimeServer *>(server())->isVerbose())
        out << "Client " << address() << ": ping " << count << " took " << inMilliseconds(roundTrip)
            << Qt::endl;
    ping();
}

void LagTimeChannel::Network_disconnected()
{
    out << "Client " << address() << " disconnected" << Qt::endl;
    if (m_roundTrips.isEmpty())
        return;
    const auto percentile = [this](int percent) {
        return inMilliseconds(m_roundTrips.percentile(percent));
    };
    out << "Client " << address() << ": minimum " << percentile(0) << ", median " << percentile(50)
        << ", p99 " << percentile(99) << ", maximum " << percentile(100) << " of "
        << m_roundTrips.values().size() << " round trips" << Qt::endl;
}

void LagTimeChannel::ping()
{
    m_sent.start();
    send({{"action", "ping"}, {"count", m_count++}});
}
