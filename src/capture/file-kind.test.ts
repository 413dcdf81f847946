import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kindOf } from './file-kind.ts'

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const kind = (text: string) => kindOf(latin(text))

describe('kindOf', () => {
  it.each([
    ['#EXTM3U\n#EXTINF:2,\nhttp://192.0.2.7/a.ts', 'M3U8'],
    ['\xef\xbb\xbf#EXTM3U\r\na.ts', 'M3U8'],
    ['[playlist]\nFile1=http://192.0.2.7/a.mp3', 'PLS'],
    ['<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">', 'DASH (MPD)'],
    ['<?xml version="1.0"?><!-- made\nby hand --><MPD>', 'DASH (MPD)'],
    ['<asx version="3.0">', 'ASX'],
    ['<smil><body>', 'SMIL or XSPF'],
    ['http://192.0.2.7/film.mp4\nhttp://192.0.2.7/film2.mp4\n', 'list of addresses'],
  ])('%j is a playlist', (head, name) => {
    expect(kind(head)).toEqual({ type: 'playlist', name })
  })

  it.each([
    ['RIFF\x10\x20\0\0AVI LIST', 'AVI'],
    ['\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'Windows Media (WMV, ASF)'],
    ['FLV\x01\x05', 'Flash video (FLV)'],
    ['\0\0\x01\xba\x44', 'MPEG program stream (MPG, VOB)'],
    ['\0\0\x01\xb3\x14', 'raw MPEG-1 or MPEG-2 video'],
    ['\0\0\0\x01\x67\x64', 'raw H.264'],
    ['\0\0\0\x01\x09\xf0', 'raw H.264'],
    ['\0\0\0\x01\x40\x01', 'raw HEVC'],
    ['.RMF\0', 'RealMedia'],
    ['DKIF\0\0', 'IVF'],
  ])('%j is a video that no browser opens', (head, name) => {
    expect(kind(head)).toEqual({ type: 'foreign-video', name })
  })

  it.each([
    ['\0\0\0\x1cftypheic\0\0\0\0mif1heic', 'HEIC'],
    ['\0\0\0\x18ftypmif1\0\0\0\0mif1heic', 'HEIC'],
    ['\xff\x0a\0', 'JPEG XL'],
    ['II*\0', 'TIFF'],
    ['<svg xmlns="http://www.w3.org/2000/svg">', 'SVG'],
  ])('%j is an image that few browsers read', (head, name) => {
    expect(kind(head)).toEqual({ type: 'foreign-image', name })
  })

  it.each([
    ['a text '.repeat(9), 'a text'],
    ['<!DOCTYPE html><html>', 'a web page'],
    ['PK\x03\x04', 'a zip archive or an Office document'],
    ['%PDF-1.7', 'a PDF document'],
  ])('%j is no video', (head, name) => {
    expect(kind(head)).toEqual({ type: 'not-media', name })
  })

  it('tells containers that may hold a video', () => {
    expect(kind('\0\0\0\x1cftypisom\0\0\0\0')).toEqual({ type: 'iso' })
    expect(kind('\0\0\0\x1cftypmif1\0\0\0\0mif1avif')).toEqual({ type: 'image', mediaType: 'image/avif' })
    expect(kind('\0\0\x10\0mdat')).toEqual({ type: 'iso' })
    expect(kind('\x1a\x45\xdf\xa3')).toEqual({ type: 'matroska' })
    expect(kind('OggS\0')).toEqual({ type: 'ogg' })
    const packets = new Uint8Array(188 * 4)
    for (let at = 0; at < packets.length; at += 188) packets[at] = 0x47
    expect(kindOf(packets)).toEqual({ type: 'mpeg-ts' })
    const timed = new Uint8Array(192 * 4)
    for (let at = 4; at < timed.length; at += 192) timed[at] = 0x47
    expect(kindOf(timed)).toEqual({ type: 'mpeg-ts' })
    expect(kind('ID3\x04')).toEqual({ type: 'sound', name: 'MP3' })
    expect(kind('\x01\x02\x03\x04\x05')).toEqual({ type: 'unknown' })
  })

  it('takes any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (head) => void kindOf(head)))
  })
})
