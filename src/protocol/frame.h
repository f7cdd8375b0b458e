// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>

#include <optional>
#include <vector>

namespace QRepod {

//! The size of the big-endian length before every payload, in bytes.
inline constexpr qsizetype frameHeaderSize = 4;

//! The heartbeat: an empty map, which repod and QRepod skip.
inline constexpr QByteArrayView heartbeatFrame("\x00\x00\x00\x01\x80", 5);

//! Where a validated message or control frame lies in the bytes of its FrameBatch.
struct Frame
{
    bool isControl() const { return action.isNull(); }

    QByteArrayView payload;              ///< one MessagePack map
    QByteArrayView action;               ///< in UTF-8; null for a control frame
    std::optional<quint64> request = {}; ///< its number, if the sender waits for an answer
};

//! Validated frames and the bytes that they are slices of, as the network thread hands them over.
///
/// Moving a batch keeps its frames valid. It cannot be copied: each batch has one owner.
struct FrameBatch
{
    QByteArray bytes;
    std::vector<Frame> frames;
    qint64 controls = 0;                 ///< how many of the frames are control frames
    qint64 arrival = 0;                  ///< when control frames came, on the clock of deadlines
    std::vector<QByteArray> actionTexts; ///< the texts of actions that were not text on the wire

    FrameBatch() = default;
    FrameBatch(FrameBatch &&) = default;
    FrameBatch &operator=(FrameBatch &&) = default;
    FrameBatch(const FrameBatch &) = delete;
    FrameBatch &operator=(const FrameBatch &) = delete;
    ~FrameBatch() = default;

    qint64 messages() const { return qint64(frames.size()) - controls; }

    //! The memory that the batch holds, in bytes.
    qint64 cost() const
    {
        constexpr size_t actionText = sizeof(QByteArray) + 48; // a number and its heap block
        return bytes.capacity() + qint64(frames.capacity() * sizeof(Frame))
            + qint64(actionTexts.capacity() * actionText);
    }
};

} // namespace QRepod
