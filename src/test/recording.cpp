// SPDX-License-Identifier: MIT
#include "test/recording.h"

#include "test/framecutter.h"

#include <QtCore/qendian.h>

namespace QRepod {

namespace {

constexpr QByteArrayView fileHeader("QRepod recording 1\n");
constexpr qsizetype recordHeaderSize = 8 + 4 + 1;

bool isFrame(Record::Kind kind)
{
    return kind == Record::Kind::ToClient || kind == Record::Kind::ToServer;
}

bool isKind(Record::Kind kind)
{
    return isFrame(kind) || kind == Record::Kind::Opened || kind == Record::Kind::ClosedByClient
        || kind == Record::Kind::ClosedByServer;
}

//! Removes the record at the beginning of \a bytes and returns it; nothing if there is none.
std::optional<Record> takeRecord(QByteArrayView &bytes)
{
    if (bytes.size() < recordHeaderSize)
        return {};
    Record record{qFromBigEndian<qint64>(bytes.data()), qFromBigEndian<qint32>(bytes.data() + 8),
                  Record::Kind(bytes[12])};
    if (!isKind(record.kind) || record.connection < 0)
        return {};
    bytes = bytes.sliced(recordHeaderSize);
    if (isFrame(record.kind)) {
        if (bytes.size() < 4)
            return {};
        const qint64 size = 4 + qint64(qFromBigEndian<quint32>(bytes.data()));
        if (bytes.size() < size)
            return {};
        record.frame = bytes.first(size).toByteArray();
        bytes = bytes.sliced(size);
    }
    return record;
}

} // namespace

bool RecordingWriter::open(const QString &fileName)
{
    m_file.setFileName(fileName);
    const bool isOpen = m_file.open(QIODevice::WriteOnly);
    check(isOpen);
    if (isOpen)
        check(m_file.write(fileHeader.data(), fileHeader.size()) == fileHeader.size());
    return m_error.isEmpty();
}

void RecordingWriter::write(const Record &record)
{
    if (!m_error.isEmpty())
        return;
    QByteArray bytes(recordHeaderSize, Qt::Uninitialized);
    qToBigEndian(record.time, bytes.data());
    qToBigEndian(qint32(record.connection), bytes.data() + 8);
    bytes[12] = char(record.kind);
    bytes += record.frame;
    check(m_file.write(bytes) == bytes.size());
}

bool RecordingWriter::flush()
{
    if (m_error.isEmpty())
        check(m_file.flush());
    return m_error.isEmpty();
}

void RecordingWriter::check(bool isDone)
{
    if (!isDone && m_error.isEmpty())
        m_error = m_file.fileName() + QLatin1String(": ") + m_file.errorString();
}

Recording Recording::read(const QString &fileName)
{
    const auto fail = [&](const QString &error) {
        return Recording{{}, fileName + QLatin1String(": ") + error};
    };
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly))
        return fail(file.errorString());
    const QByteArray bytes = file.readAll();
    if (!bytes.startsWith(fileHeader))
        return fail(QStringLiteral("not a QRepod recording"));

    Recording recording;
    QByteArrayView rest = QByteArrayView(bytes).sliced(fileHeader.size());
    while (!rest.isEmpty()) {
        const qsizetype offset = bytes.size() - rest.size();
        std::optional<Record> record = takeRecord(rest);
        if (!record)
            return fail(QStringLiteral("damaged at byte %1").arg(offset));
        recording.records.push_back(std::move(*record));
    }
    return recording;
}

} // namespace QRepod
