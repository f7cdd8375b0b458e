// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qfile.h>

#include <vector>

namespace QRepod {

//! One line of a recording; the file is described in QRepod/Test/recorder.h.
struct Record
{
    enum class Kind : char {
        Opened = '+',
        ToClient = '<',
        ToServer = '>',
        ClosedByClient = '-',
        ClosedByServer = 'x',
    };

    qint64 time; ///< microseconds since the recording began
    int connection;
    Kind kind;
    QByteArray frame = {}; ///< header included; only for ToClient and ToServer
};

//! Writes records to a file one after another. Used by one thread.
class RecordingWriter
{
public:
    //! Opens the file, replacing an existing one.
    bool open(const QString &fileName);
    void write(const Record &record);
    bool flush();

    //! Why writing first failed, with the name of the file; empty if it did not fail.
    QString errorString() const { return m_error; }

private:
    void check(bool isDone);

    QFile m_file;
    QString m_error;
};

//! A complete recording.
struct Recording
{
    std::vector<Record> records;
    QString error; ///< why the file is not a recording, with its name; empty if it is

    static Recording read(const QString &fileName);
};

} // namespace QRepod
