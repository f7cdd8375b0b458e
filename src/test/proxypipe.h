// SPDX-License-Identifier: MIT
#pragma once

#include "test/alarm.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qobject.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <random>

QT_BEGIN_NAMESPACE
class QTcpSocket;
QT_END_NAMESPACE

namespace QRepod {

//! The faults in one direction of a proxy; see FaultProxy.
struct Faults
{
    int latency = 0;
    int jitter = 0;
    qint64 bandwidth = 0;
    int chunkSize = 0;
    bool isStalled = false;
    qint64 cutAfter = -1;
    qint64 cutWithin = 0;                 ///< 0 for no cut
    std::map<qint64, quint8> corruptions; ///< offset and mask
};

//! One direction of one connection: forwards bytes from a source to a sink, with faults.
///
/// Lives in the proxy's thread.
class ProxyPipe : public QObject
{
    Q_OBJECT

public:
    //! The sockets and \a faults belong to others, and must outlive the pipe.
    ProxyPipe(QTcpSocket *source, QTcpSocket *sink, const Faults &faults, std::seed_seq &seed,
              QObject *parent);

    //! Goes on as far as the faults allow. Call it after they have changed.
    void advance();

    //! Tells the sink that nothing more comes, and discards what the source still sends.
    void finish();

    //! Whether the source has ended and the sink knows.
    bool isDone() const { return m_state == State::Finished && m_hasSourceEnded; }

    //! Called with the bytes that pass.
    std::function<void(const QByteArray &bytes)> onForwarded;

    //! Whether the random cut resets the connection instead of closing it.
    bool isAbrupt() const { return m_faults.cutWithin > 0 && m_isAbrupt; }

Q_SIGNALS:
    void ended(); ///< the source has closed, and everything it sent has passed
    void cutReached();
    void done();

private:
    using Clock = std::chrono::steady_clock;

    //! Bytes in transit.
    struct Packet
    {
        Clock::time_point due;
        QByteArray bytes;
    };

    enum class State {
        Forwarding,
        Finishing, ///< the sink still has bytes to write
        Finished,
    };

    void read();
    bool canRead() const;
    void write();
    bool writeChunk();
    qint64 cut() const;
    void corrupt(QByteArray &bytes) const;
    void endSink();
    void wakeAt(Clock::time_point time);

    QTcpSocket *const m_source;
    QTcpSocket *const m_sink;
    const Faults &m_faults;
    std::mt19937 m_random;
    const double m_cutAt;  // as a part of Faults::cutWithin
    const bool m_isAbrupt; // whether that cut is a reset
    std::deque<Packet> m_packets;
    qsizetype m_packetBytes = 0;   // in all of m_packets
    qint64 m_forwarded = 0;        // bytes given to the sink
    Clock::time_point m_nextChunk; // not before this, because of the bandwidth
    Alarm m_alarm;                 // for bytes that may not pass yet
    State m_state = State::Forwarding;
    bool m_hasSourceEnded = false;
};

} // namespace QRepod
