// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qhash.h>

#include <mutex>

namespace QRepod {

//! Translates payloads to JSON, each once for all clients of a gate that get it soon.
///
/// A broadcast reaches each client's stream as a payload of its own. Thread-safe.
class JsonTexts
{
public:
    QByteArray text(const QByteArray &payload);

private:
    std::mutex m_mutex; // guards everything below
    QHash<QByteArray, QByteArray> m_texts;
    qsizetype m_size = 0; // of payloads and texts, in bytes
};

} // namespace QRepod
