// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

#include <optional>
#include <utility>
#include <vector>

namespace QRepod {

//! Frames in order, put together in parts that are written at once, and which of them a newer one
//! may replace. A value without a lock.
class FrameQueue
{
public:
    struct Replaced
    {
        qint64 number;    ///< of the message that is not sent any more
        qsizetype growth; ///< how many bytes longer the queue is
    };

    bool isEmpty() const { return m_parts.empty(); }

    //! Small frames share a part; of a large one that is the whole of \a owner, the memory is
    //! shared.
    void append(QByteArrayView bytes, const QByteArray *owner);

    //! Appends \a frame, message number \a number, which may be replaced while it is here.
    void appendLatest(const QByteArray &frame, const QString &action, qint64 number);

    //! Puts \a frame in the place of the last one that may be replaced and has this \a action.
    ///
    /// \return nothing if there is none; then the queue is as it was.
    std::optional<Replaced> replaceLatest(const QByteArray &frame, const QString &action);

    //! Bytes of what may be replaced.
    qint64 latestBytes() const { return m_latestBytes; }

    std::vector<QByteArray> &parts() & { return m_parts; }
    std::vector<QByteArray> parts() && { return std::move(m_parts); }

    //! Takes out all from the first frame on that may be replaced and begins at byte \a offset of
    //! part \a part or behind it. What remains may not be replaced any more.
    FrameQueue takeReplaceable(size_t part, qsizetype offset);

    //! Puts \a before in front of all.
    void prepend(FrameQueue &&before);

private:
    struct Latest
    {
        QString action;
        qint64 number;
        size_t part;
        qsizetype offset; // in the part
        qsizetype size;
    };

    std::vector<QByteArray> m_parts;
    std::vector<Latest> m_latest; // in the order of their places
    qint64 m_latestBytes = 0;
};

} // namespace QRepod
