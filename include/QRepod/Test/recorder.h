// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/qrepod_test_global.h>

#include <QtCore/qstring.h>

#include <memory>

namespace QRepod {

class RecorderPrivate;

//! Writes what clients and a server say to each other to a file, for Replay.
///
/// It stands between them: clients connect to port(), and it connects to the server. That way it
/// needs nothing of either, records both directions with the times at which frames really came, and
/// can stand in front of a server in use. It works on a thread of its own; its functions may be
/// called from any. A QCoreApplication must exist.
///
/// \code
/// QRepod::Recorder recorder("match.qrepod", 5071);
/// client.connect("127.0.0.1", recorder.port());
/// \endcode
///
/// The file begins with the line `QRepod recording 1`. Records follow; all numbers are big-endian:
///
/// | bytes | what |
/// |---|---|
/// | 8 | microseconds since the recording began |
/// | 4 | the connection, from 0 |
/// | 1 | `+` it was opened, `<` a frame to the client, `>` a frame to the server, `-` closed by the
/// client, `x` closed by the server |
/// | 4 and as many as they say | for `<` and `>`, the frame as it was on the wire |
///
/// A frame that was never completed is not in it. Bytes that cannot be frames pass, but end the
/// recording of their direction.
class QREPOD_TEST_EXPORT Recorder
{
    Q_DISABLE_COPY_MOVE(Recorder)

public:
    //! Records to the file \a fileName, which is replaced, what passes to \a targetPort of
    //! \a targetHost. If the file cannot be written, errorString() says why and everything passes
    //! unrecorded.
    explicit Recorder(const QString &fileName, quint16 targetPort,
                      const QString &targetHost = QStringLiteral("127.0.0.1"));

    //! Completes the file and resets the connections that are open.
    ~Recorder();

    //! The port that clients connect to.
    quint16 port() const;

    //! How many frames are in the file.
    int frameCount() const;

    //! Writes what is still buffered to the file, so that it can be replayed already.
    ///
    /// \return whether everything so far could be written.
    bool flush();

    //! Why recording failed; empty if it did not.
    QString errorString() const;

private:
    std::unique_ptr<RecorderPrivate> d;
};

} // namespace QRepod
