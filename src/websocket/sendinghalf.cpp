// SPDX-License-Identifier: MIT
#include "websocket/sendinghalf.h"

#include <algorithm>
#include <utility>

namespace QRepod {

SendingHalf::Turn::Turn(SendingHalf &half)
    : m_half(half)
{
    const std::lock_guard lock(m_half.m_mutex);
    ++m_half.m_turns;
}

SendingHalf::Turn::~Turn()
{
    const std::lock_guard lock(m_half.m_mutex);
    --m_half.m_turns;
}

void SendingHalf::flush(Stream &below)
{
    if (m_unwritten.isEmpty())
        return;
    const qint64 size = unwrittenBytes();
    const qint64 taken = below.write(m_unwritten.constData() + m_written, size);
    m_written += std::max<qint64>(taken, 0);
    if (taken >= 0 && taken < size)
        return;
    m_unwritten = QByteArray(); // also if writing failed: reading will tell how the stream ended
    m_written = 0;
}

//! Writes from the thread that sends.
class SendingHalf::Writer final : public DirectWriter
{
public:
    Writer(std::shared_ptr<SendingHalf> half, std::unique_ptr<DirectWriter> below)
        : m_half(std::move(half))
        , m_below(std::move(below))
    {
    }

    bool isOpenHere() const override { return m_below->isOpenHere(); }

    qint64 send(const char *data, qint64 size, int *error) const override
    {
        return m_half->writePast(*m_below, QByteArrayView(data, size), error);
    }

private:
    const std::shared_ptr<SendingHalf> m_half;
    const std::unique_ptr<DirectWriter> m_below;
};

std::unique_ptr<DirectWriter> SendingHalf::directWriter(std::unique_ptr<DirectWriter> below,
                                                        QObject *context,
                                                        std::function<void()> resume)
{
    if (!below)
        return nullptr;
    m_context = context;
    m_resume = std::move(resume);
    return std::make_unique<Writer>(shared_from_this(), std::move(below));
}

//! Writes \a frames, which must be whole, as DirectWriter::send() does.
qint64 SendingHalf::writePast(const DirectWriter &below, QByteArrayView frames, int *error)
{
    const std::lock_guard lock(m_mutex);
    if (m_turns > 0) // the stream uses everything else without a lock
        return 0;
    if (!m_isOpen || !m_unwritten.isEmpty() || !m_translator.isBetweenFrames())
        return 0;
    QByteArray bytes;
    m_translator.add(bytes, frames);
    const qint64 written = below.send(bytes.constData(), bytes.size(), error);
    if (written <= 0) // the stream will write all of it
        return written;
    if (written < bytes.size()) {
        m_unwritten = bytes.sliced(written);
        resumeLater();
    }
    return frames.size();
}

void SendingHalf::resumeLater()
{
    const auto resume = [half = weak_from_this()] {
        if (const auto alive = half.lock(); alive && alive->m_resume)
            alive->m_resume();
    };
    QMetaObject::invokeMethod(m_context, resume, Qt::QueuedConnection);
}

} // namespace QRepod
