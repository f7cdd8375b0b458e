// SPDX-License-Identifier: MIT
#pragma once

#include <QRepod/Test/qrepod_test_global.h>

#include <QtCore/qstring.h>

#include <memory>

namespace QRepod {

class RecorderPrivate;

//! Records what clients and a server say to each other in a file, for Replay.
///
/// It stands between them: clients connect to port(), and it connects to the server. So neither
/// needs any change, both directions are recorded with the times at which frames really arrived,
/// and the recorder can stand in front of a server in use. It works on its own thread; its
/// functions may be called from any. A QCoreApplication must exist.
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
/// A frame that was never completed is not recorded. Bytes that cannot be frames are passed on, but
/// end the recording of their direction.
class QREPOD_TEST_EXPORT Recorder
{
    Q_DISABLE_COPY_MOVE(Recorder)

public:
    //! Records what passes to \a targetPort of \a targetHost in the file \a fileName, which is
    //! replaced. If the file cannot be written, errorString() says why and everything passes
    //! unrecorded.
    explicit Recorder(const QString &fileName, quint16 targetPort,
                      const QString &targetHost = QStringLiteral("127.0.0.1"));

    //! Completes the file and resets the open connections.
    ~Recorder();

    //! The port that clients connect to.
    quint16 port() const;

    //! How many frames are in the file.
    int frameCount() const;

    //! Writes buffered records to the file, so that it can already be replayed.
    ///
    /// \return whether everything so far has been written.
    bool flush();

    //! Why recording failed; empty if it did not fail.
    QString errorString() const;

private:
    std::unique_ptr<RecorderPrivate> d;
};

} // namespace QRepod
