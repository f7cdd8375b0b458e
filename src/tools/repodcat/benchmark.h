// SPDX-License-Identifier: MIT
#pragma once

#include "repodcat/endpoint.h"
#include "repodcat/timings.h"

#include <QtCore/QElapsedTimer>

//! Sends `{"action": "bench", "n": 0}`, waits until the peer has sent it back, then sends the next.
///
/// It measures a whole round trip: the event loops, threads and networks of both ends.
class Benchmark : public QObject
{
    Q_OBJECT

public:
    //! Measures \a count round trips on \a endpoint, which must be connected.
    Benchmark(Endpoint &endpoint, qint64 count);

    void start();

    //! Returns percentiles and rate of the measurements, one per line.
    QByteArray report() const;

signals:
    void measured(qint64 done);
    void finished();

private:
    void receive(const QVariantMap &message);
    void sendNext();

    Endpoint &m_endpoint;
    const qint64 m_count;
    QElapsedTimer m_clock;
    qint64 m_sent = 0; // when the last message was sent, by the clock
    Timings m_times;
};
