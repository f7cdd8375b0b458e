// SPDX-License-Identifier: MIT
#include "test/proxypipe.h"

#include "test/socketend.h"

#include <QtNetwork/qtcpsocket.h>

#include <algorithm>

namespace QRepod {

using namespace std::chrono_literals;

namespace {

constexpr qint64 readSize = 16 * 1024;

// Bytes that may be in transit. A long line with much bandwidth holds a lot.
constexpr qsizetype maximumPacketBytes = 4 * 1024 * 1024;

// Bytes that may wait in the sink: few, so that back-pressure and faults take effect soon.
constexpr qint64 maximumSinkBytes = 64 * 1024;

// Timers are late by some milliseconds. This much may be made up for.
constexpr auto bandwidthSlack = 10ms;

} // namespace

ProxyPipe::ProxyPipe(QTcpSocket *source, QTcpSocket *sink, const Faults &faults,
                     std::seed_seq &seed, QObject *parent)
    : QObject(parent)
    , m_source(source)
    , m_sink(sink)
    , m_faults(faults)
    , m_random(seed)
    , m_cutAt(std::uniform_real_distribution<double>(0, 1)(m_random))
    , m_isAbrupt(std::bernoulli_distribution()(m_random))
    , m_alarm([this] { advance(); })
{
    connect(source, &QTcpSocket::readyRead, this, &ProxyPipe::advance);
    connect(source, &QTcpSocket::disconnected, this, &ProxyPipe::advance);
    connect(sink, &QTcpSocket::connected, this, &ProxyPipe::advance);
    connect(sink, &QTcpSocket::bytesWritten, this, &ProxyPipe::advance);
    connect(sink, &QTcpSocket::disconnected, this, &ProxyPipe::advance);
    source->setReadBufferSize(maximumSinkBytes);
}

void ProxyPipe::advance()
{
    // Repeat if there was no room for everything: the source announces data only once.
    do {
        read();
        write();
    } while (canRead());
    if (m_state == State::Finishing)
        endSink();
    if (isDone())
        Q_EMIT done();
}

void ProxyPipe::read()
{
    if (!m_source->isOpen()) {
        // It was aborted, and what was in it is lost.
    } else if (m_state != State::Forwarding) {
        m_source->readAll();
    } else {
        while (canRead()) {
            std::uniform_int_distribution<int> jitter(0, std::max(0, m_faults.jitter));
            const auto delay = std::chrono::milliseconds(m_faults.latency + jitter(m_random));
            const auto earliest = m_packets.empty() ? Clock::time_point() : m_packets.back().due;
            const QByteArray bytes = m_source->read(readSize);
            m_packets.push_back({std::max(Clock::now() + delay, earliest), bytes});
            m_packetBytes += bytes.size();
        }
    }
    // The close comes after the last byte, as it would without the proxy.
    m_hasSourceEnded =
        m_source->state() == QAbstractSocket::UnconnectedState && m_source->bytesAvailable() == 0;
}

bool ProxyPipe::canRead() const
{
    return m_state == State::Forwarding && !m_faults.isStalled && m_packetBytes < maximumPacketBytes
        && m_source->bytesAvailable() > 0;
}

void ProxyPipe::write()
{
    if (m_sink->state() == QAbstractSocket::UnconnectedState) { // there is nobody to forward to
        m_packets.clear();
        m_packetBytes = 0;
        m_state = State::Finished;
        read();
        return;
    }
    if (m_sink->state() != QAbstractSocket::ConnectedState)
        return;
    while (m_state == State::Forwarding && !m_faults.isStalled && writeChunk()) { }
}

//! Forwards bytes that may pass now.
///
/// \return whether more may pass now.
bool ProxyPipe::writeChunk()
{
    const qint64 cutAfter = cut();
    if (cutAfter >= 0 && m_forwarded >= cutAfter) {
        Q_EMIT cutReached();
        return false;
    }
    if (m_packets.empty()) {
        if (m_hasSourceEnded) {
            Q_EMIT ended();
            finish();
        }
        return false;
    }
    Packet &packet = m_packets.front();
    const Clock::time_point now = Clock::now();
    const Clock::time_point start =
        m_faults.bandwidth > 0 ? std::max(packet.due, m_nextChunk) : packet.due;
    if (start > now) {
        wakeAt(start);
        return false;
    }
    if (m_sink->bytesToWrite() >= maximumSinkBytes)
        return false;

    qint64 size = packet.bytes.size();
    if (m_faults.chunkSize > 0)
        size = std::min<qint64>(size, m_faults.chunkSize);
    if (m_faults.bandwidth > 0)
        size = std::min(size, std::max<qint64>(1, m_faults.bandwidth / 100));
    if (cutAfter >= 0)
        size = std::min(size, cutAfter - m_forwarded);
    QByteArray chunk = packet.bytes.left(size);
    packet.bytes.remove(0, size);
    m_packetBytes -= size;
    if (packet.bytes.isEmpty())
        m_packets.pop_front();

    corrupt(chunk);
    m_forwarded += size;
    if (m_faults.bandwidth > 0) {
        m_nextChunk = std::max(m_nextChunk, now - bandwidthSlack)
            + std::chrono::microseconds(1'000'000 * size / m_faults.bandwidth);
    }
    if (onForwarded)
        onForwarded(chunk);
    m_sink->write(chunk);
    m_sink->flush();
    if (m_faults.chunkSize > 0 && !m_packets.empty()) { // let the receiver take its turn in between
        wakeAt(now);
        return false;
    }
    return true;
}

//! Returns after how many bytes to cut the connection; -1 for never.
qint64 ProxyPipe::cut() const
{
    if (m_faults.cutWithin <= 0)
        return m_faults.cutAfter;
    return qint64(m_cutAt * double(m_faults.cutWithin));
}

void ProxyPipe::corrupt(QByteArray &bytes) const
{
    const qint64 end = m_forwarded + bytes.size();
    for (auto it = m_faults.corruptions.lower_bound(m_forwarded);
         it != m_faults.corruptions.end() && it->first < end; ++it) {
        char &byte = bytes[it->first - m_forwarded];
        byte = char(quint8(byte) ^ it->second);
    }
}

void ProxyPipe::finish()
{
    if (m_state != State::Forwarding)
        return;
    m_state = State::Finishing;
    m_packets.clear();
    m_packetBytes = 0;
    endSink();
    wakeAt(Clock::now()); // to see whether this was everything
}

void ProxyPipe::endSink()
{
    if (m_sink->state() != QAbstractSocket::ConnectedState || m_sink->bytesToWrite() > 0)
        return;
    m_state = State::Finished;
    SocketEnd::closeWriting(*m_sink);
}

void ProxyPipe::wakeAt(Clock::time_point time)
{
    const auto delay = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now());
    m_alarm.start(std::max(delay, 0ms));
}

} // namespace QRepod
